"""One lead's fields after each of its events, for the tests of its rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import BantStatus, Engagement, LeadFields, Lifecycle, Motion, Profile
from services.qualification.lead.state import Lead, State
from services.qualification.model.events import BantName
from shared.rules.sealed import Sealed
from tests.spec import NOON, Given

DEAL = "deal"
DOMAIN = Profile(domain="acme.com")
MISFIT = Profile(role="individual", employees=3, industry="any", country="DE")
"""Graded D by the shipped model."""


def minute(number: int) -> datetime:
    """The instant at which the event of this number occurred; the first has 0."""
    return NOON + timedelta(minutes=number)


def engagement(source: str, at: datetime = NOON, number: int = 1, **changes: Any) -> Engagement:
    return Engagement(f"capture-{number}", source, at, **{"profile": DOMAIN} | changes)


def engaged_by(source: str, at: datetime = NOON, number: int = 1, **changes: Any) -> commands.RecordEngagement:
    done = engagement(source, at, number, **changes)
    return commands.RecordEngagement(person_id="ada", external_id=None, engagement=done)


CAPTURED = LeadFields(
    person_id="ada",
    external_id=None,
    lead_source="newsletter",
    captured_at=NOON,
    domain="acme.com",
    account="acme.com",
    lifecycle=Lifecycle.CAPTURED,
    cycle=0,
    mql_at=None,
    mql_source=None,
    touch_by=None,
    touched_at=None,
    sdr=None,
    refused=None,
    opportunity_id=None,
    reason=None,
    next_revisit=None,
    grade=None,
    score=Decimal(5),
    model_version=1,
    erased=False,
    score_at=NOON,
)
ENGAGED = events.LeadEngaged(after=CAPTURED, engagement=engagement("newsletter"), points=5, above=False)
ALL_MET: dict[BantName, BantStatus] = {
    "budget": BantStatus.MET,
    "authority": BantStatus.MET,
    "need": BantStatus.MET,
    "timing": BantStatus.MET,
}
EVIDENCE = UUID(int=7)
MET = events.BantItem(status=BantStatus.MET, evidence=Sealed(ref=EVIDENCE), by="sam")
BANT_MET = events.LeadBantChanged(after=CAPTURED, changed=dict.fromkeys(ALL_MET, MET), bant=ALL_MET)


def as_mql(cycle: int, at: datetime, *, hours: int = 24) -> LeadFields:
    return CAPTURED._replace(lifecycle=Lifecycle.MQL, cycle=cycle, mql_at=at, touch_by=at + timedelta(hours=hours))


MQL = as_mql(1, minute(2))._replace(reason="other")
MARKED = events.LeadMql(after=MQL, began="mark", capture_id=None)
SRL = MQL._replace(lifecycle=Lifecycle.SRL, opportunity_id=DEAL, reason=None)
HANDED_OVER = events.LeadHandedOver(
    after=SRL,
    attached=False,
    name=None,
    owner="ann",
    amount=None,
    currency=None,
    close_date=None,
    motion=Motion.NEW_BUSINESS,
    pipeline="default",
    product=None,
    source="newsletter",
    bant=ALL_MET,
    policy_version=1,
)
SQL = SRL._replace(lifecycle=Lifecycle.SQL)
QUALIFIED = events.LeadSql(after=SQL)
NURTURE = SQL._replace(lifecycle=Lifecycle.NURTURE, opportunity_id=None, reason="no_budget")
LOST = events.LeadNurtured(after=NURTURE, because="lost", revisit_on=None)
CUSTOMER = SQL._replace(lifecycle=Lifecycle.CUSTOMER)
WON = events.LeadWon(after=CUSTOMER)
REJECTED = events.LeadRejected(after=CAPTURED._replace(lifecycle=Lifecycle.REJECTED, reason="spam"))
TAKEN_BACK = MQL._replace(reason=None, refused="there is no pipeline 'loans'")
REFUSED = events.HandOverRefused(after=TAKEN_BACK, refused_opportunity_id=DEAL)
ERASED = events.LeadErased(after=SQL._replace(erased=True), opportunity_ids=(DEAL,))

HISTORIES: Mapping[Lifecycle, tuple[events.LeadEvent, ...]] = {
    Lifecycle.CAPTURED: (ENGAGED, BANT_MET),
    Lifecycle.MQL: (ENGAGED, BANT_MET, MARKED),
    Lifecycle.SRL: (ENGAGED, BANT_MET, MARKED, HANDED_OVER),
    Lifecycle.SQL: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED),
    Lifecycle.NURTURE: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED, LOST),
    Lifecycle.REJECTED: (ENGAGED, BANT_MET, REJECTED),
    Lifecycle.CUSTOMER: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED, WON),
}
"""The events that lead to each state, each with BANT met. The lead in nurture lost its deal."""


def given(
    *history: events.LeadEvent, references: Mapping[str, Any] | None = None
) -> Given[commands.LeadCommand, State, events.LeadEvent]:
    return Given(DECIDER, history, references or {})


def folded(*history: events.LeadEvent) -> Lead:
    state = given(*history).state()
    assert isinstance(state, Lead)
    return state


def hand_over(opportunity_id: str = DEAL, **body: Any) -> commands.HandOverAsDeal:
    to_ann = commands.HandOver(**{"owner": "ann"} | body)
    return commands.HandOverAsDeal(body=to_ann, opportunity_id=opportunity_id, account_won=False)


def follow_deal(
    happened: Any, opportunity_id: str = DEAL, *, qualified: bool = True, reason: str | None = None, **more: Any
) -> commands.FollowDeal:
    return commands.FollowDeal(
        opportunity_id=opportunity_id, happened=happened, qualified=qualified, reason=reason, **more
    )
