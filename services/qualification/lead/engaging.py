"""A capture comes in: it is scored, and may move the lead over the line, up or down."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from services.qualification.lead.commands import RecordEngagement
from services.qualification.lead.events import (
    Engagement,
    LeadEngaged,
    LeadEvent,
    LeadFellBelow,
    LeadMql,
    Lifecycle,
)
from services.qualification.lead.lifecycle import TABLE, On
from services.qualification.lead.state import Lead, NotThere, Standing, State, evolve
from services.qualification.model.decider import Models
from services.qualification.model.events import ScoringModel
from services.qualification.scoring.fit import profile_of
from services.qualification.scoring.score import score
from shared.rules.message import BEGINNING
from shared.rules.sealed import Sealed

Began = Literal["crossing", "mark", "requalify", "hand_over"]


def record(state: State, told: RecordEngagement, at: datetime, models: Models) -> list[LeadEvent]:
    """It counts when the person did it (`engaged_at`); a line is crossed when we hear of it (`at`)."""
    known = () if isinstance(state, NotThere) else state.engagements
    if is_erased(state) or told.capture_id in {each.capture_id for each in known}:
        return []
    engaged = scored(state, (*known, told), told, at, models)
    after = evolve(state, engaged, at)
    was_above = isinstance(state, Lead) and state.above
    return [engaged, *crossing(was_above, after, told, at, models.current)]


def is_erased(state: State) -> bool:
    return isinstance(state, Lead) and state.standing.erased


def scored(
    state: State, everything: tuple[Engagement, ...], told: RecordEngagement, at: datetime, models: Models
) -> LeadEngaged:
    counts_after = state.counts_after if isinstance(state, Lead) else BEGINNING
    result = score(everything, counts_after, models.current)
    standing = state.standing if isinstance(state, Lead) else beginning(told, at)
    domain = profile_of(everything).domain
    after = standing.after(
        domain=domain,
        account=account_of(standing, domain),
        grade=result.fit.grade,
        score=Decimal(result.engagement),
        model_version=models.active,
    )
    said = {name: getattr(told, name) for name in Engagement.model_fields}
    return LeadEngaged(points=result.given_by(told.capture_id), above=result.above, **said, **after)


def account_of(standing: Standing, domain: str | None) -> str | None:
    """The account that it was handed over for stays; else it follows the company's domain."""
    return domain if standing.account in (None, standing.domain) else standing.account


def beginning(told: RecordEngagement, at: datetime) -> Standing:
    return Standing(
        person_id=told.person_id,
        external_id=told.external_id,
        lead_source=told.source,
        captured_at=at,
        domain=None,
        account=None,
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
        score=Decimal(0),
        model_version=0,
        erased=False,
    )


def crossing(was_above: bool, lead: Lead, told: Engagement, at: datetime, model: ScoringModel) -> list[LeadEvent]:
    """Only where the table has a pair: an SRL's engagement opens no cycle."""
    if lead.above == was_above:
        return []
    to = TABLE.get((lead.standing.lifecycle, On.CROSSED_UP if lead.above else On.CROSSED_DOWN))
    match to:
        case None:
            return []
        case Lifecycle.MQL:
            return [became_mql(lead, "crossing", at, model, crossed_by=told)]
        case _:
            after = lead.standing.after(lifecycle=to, refused=None, reason=None)
            return [LeadFellBelow(**after)]


def became_mql(
    lead: Lead,
    began: Began,
    at: datetime,
    model: ScoringModel,
    *,
    crossed_by: Engagement | None = None,
    reason: str | None = None,
    note: Sealed[str] | None = None,
) -> LeadMql:
    """A new cycle: what belonged to the last one, its claim and first touch among it, begins anew."""
    source = crossed_by.source if crossed_by else None
    begun: dict[str, Any] = {
        "lifecycle": Lifecycle.MQL,
        "cycle": lead.standing.cycle + 1,
        "mql_at": at,
        "mql_source": source,
        "touch_by": at + timedelta(minutes=first_touch_minutes(source, model)),
        "touched_at": None,
        "sdr": None,
        "refused": None,
        "opportunity_id": None,
        "reason": reason,
        "next_revisit": None,
    }
    capture_id = crossed_by.capture_id if crossed_by else None
    return LeadMql(began=began, capture_id=capture_id, note=note, **lead.standing.after(**begun))


def first_touch_minutes(source: str | None, model: ScoringModel) -> int:
    return model.first_touch.by_source.get(source or "", model.first_touch.other)
