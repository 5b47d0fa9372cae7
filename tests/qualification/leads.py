"""Facts about one lead, for the tests of its rules."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.qualification.lead.commands import LeadCommand, RecordEngagement
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import (
    BantItem,
    BantStatus,
    Details,
    HandOverRefused,
    LeadBantChanged,
    LeadEngaged,
    LeadErased,
    LeadEvent,
    LeadFellBelow,
    LeadHandedOver,
    LeadMql,
    LeadNurtured,
    LeadRejected,
    LeadSql,
    LeadWon,
    Lifecycle,
    Motion,
    Profile,
)
from services.qualification.lead.state import Lead, State
from services.qualification.model.events import BantName
from shared.rules.sealed import Sealed
from tests.spec import NOON, Given

Fields = dict[str, Any]
DEAL = "deal"
DOMAIN = Profile(domain="acme.com")
MISFIT = Profile(role="individual", employees=3, industry="any", country="DE")
"""Graded D by the shipped model."""


def minute(number: int) -> datetime:
    """When the fact of this number happened; the first has 0."""
    return NOON + timedelta(minutes=number)


def engaged_by(source: str, at: datetime = NOON, number: int = 1, **changes: Any) -> RecordEngagement:
    return RecordEngagement(
        person_id="ada",
        external_id=None,
        capture_id=f"capture-{number}",
        source=source,
        engaged_at=at,
        **{"profile": DOMAIN} | changes,
    )


STANDING: Fields = {
    "person_id": "ada",
    "external_id": None,
    "lead_source": "newsletter",
    "captured_at": NOON,
    "domain": "acme.com",
    "account": "acme.com",
    "lifecycle": Lifecycle.CAPTURED,
    "cycle": 0,
    "mql_at": None,
    "mql_source": None,
    "touch_by": None,
    "touched_at": None,
    "sdr": None,
    "refused": None,
    "opportunity_id": None,
    "reason": None,
    "next_revisit": None,
    "grade": None,
    "score": Decimal(5),
    "model_version": 1,
    "erased": False,
}
ENGAGED = LeadEngaged(
    capture_id="capture-1",
    source="newsletter",
    engaged_at=NOON,
    details=Details(),
    profile=DOMAIN,
    points=5,
    above=False,
    **STANDING,
)
ALL_MET: dict[BantName, BantStatus] = {
    "budget": BantStatus.MET,
    "authority": BantStatus.MET,
    "need": BantStatus.MET,
    "timing": BantStatus.MET,
}
EVIDENCE = UUID(int=7)
BANT_MET = LeadBantChanged(
    changed={name: BantItem(status=BantStatus.MET, evidence=Sealed(ref=EVIDENCE), by="sam") for name in ALL_MET},
    bant=ALL_MET,
    **STANDING,
)


def as_mql(cycle: int, at: datetime, *, hours: int = 24) -> Fields:
    return STANDING | {
        "lifecycle": Lifecycle.MQL,
        "cycle": cycle,
        "mql_at": at,
        "touch_by": at + timedelta(hours=hours),
    }


MQL = as_mql(1, minute(2)) | {"reason": "other"}
MARKED = LeadMql(began="mark", capture_id=None, **MQL)
SRL = MQL | {"lifecycle": Lifecycle.SRL, "opportunity_id": DEAL, "reason": None}
TOLD: Fields = {
    "attached": False,
    "name": None,
    "owner": "ann",
    "amount": None,
    "currency": None,
    "close_date": None,
    "motion": Motion.NEW_BUSINESS,
    "pipeline": "default",
    "product": None,
    "source": "newsletter",
    "bant": ALL_MET,
    "policy_version": 1,
}
HANDED_OVER = LeadHandedOver(**SRL | TOLD)
SQL = SRL | {"lifecycle": Lifecycle.SQL}
QUALIFIED = LeadSql(**SQL)
NURTURE = SQL | {"lifecycle": Lifecycle.NURTURE, "opportunity_id": None, "reason": "no_budget"}
LOST = LeadNurtured(because="lost", revisit_on=None, **NURTURE)
WON = LeadWon(**SQL | {"lifecycle": Lifecycle.CUSTOMER})
REJECTED = LeadRejected(**STANDING | {"lifecycle": Lifecycle.REJECTED, "reason": "spam"})
FELL_BELOW = LeadFellBelow(**MQL | {"lifecycle": Lifecycle.CAPTURED, "reason": None})
REFUSED = HandOverRefused(
    refused_opportunity_id=DEAL,
    **SRL | {"lifecycle": Lifecycle.MQL, "opportunity_id": None, "refused": "there is no pipeline 'loans'"},
)
ERASED = LeadErased(opportunity_ids=(DEAL,), **SQL | {"erased": True})

FACTS: dict[Lifecycle, tuple[LeadEvent, ...]] = {
    Lifecycle.CAPTURED: (ENGAGED, BANT_MET),
    Lifecycle.MQL: (ENGAGED, BANT_MET, MARKED),
    Lifecycle.SRL: (ENGAGED, BANT_MET, MARKED, HANDED_OVER),
    Lifecycle.SQL: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED),
    Lifecycle.NURTURE: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED, LOST),
    Lifecycle.REJECTED: (ENGAGED, BANT_MET, REJECTED),
    Lifecycle.CUSTOMER: (ENGAGED, BANT_MET, MARKED, HANDED_OVER, QUALIFIED, WON),
}
"""How a lead came to each of them, each with BANT met; a lead in nurture lost its deal."""


def given(*facts: LeadEvent) -> Given[LeadCommand, State, LeadEvent]:
    return Given(DECIDER, facts)


def folded(*facts: LeadEvent) -> Lead:
    state = given(*facts).state()
    assert isinstance(state, Lead)
    return state
