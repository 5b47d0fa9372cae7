"""What is known of a lead: where it stands, and what led there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.qualification.lead.events import (
    After,
    BantStatus,
    Engagement,
    HandOverRefused,
    LeadBantChanged,
    LeadClaimed,
    LeadEngaged,
    LeadErased,
    LeadEvent,
    LeadFellBelow,
    LeadHandedOver,
    LeadMql,
    LeadNurtured,
    LeadRejected,
    LeadReopened,
    LeadSql,
    LeadTouched,
    LeadWon,
    Lifecycle,
)
from services.qualification.model.events import BantName, Grade
from shared.rules.message import BEGINNING, Missing, Rejected
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class Standing:
    """The fields that every event carries after it."""

    person_id: str
    external_id: str | None
    lead_source: str
    captured_at: datetime
    domain: str | None
    account: str | None
    lifecycle: Lifecycle
    cycle: int
    mql_at: datetime | None
    mql_source: str | None
    touch_by: datetime | None
    touched_at: datetime | None
    sdr: str | None
    refused: str | None
    opportunity_id: str | None
    reason: str | None
    next_revisit: date | None
    grade: Grade | None
    score: Decimal
    model_version: int
    erased: bool

    def after(self, **changes: Any) -> dict[str, Any]:
        """The fields of an event that makes these changes."""
        return {name: getattr(self, name) for name in FIELDS} | changes


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Standing))


@dataclass(frozen=True)
class Cycle:
    """From becoming MQL to what ended it: fell_below, rejected, nurtured, lost, recycled or won."""

    n: int
    began: str
    mql_at: datetime
    srl_at: datetime | None = None
    sql_at: datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    opportunity_id: str | None = None


@dataclass(frozen=True)
class Move:
    """One arrow of the lifecycle."""

    at: datetime
    start: Lifecycle | None
    to: Lifecycle
    cycle: int
    reason: str | None


@dataclass(frozen=True)
class Known:
    """What is known of one of the four questions."""

    status: BantStatus
    evidence: Sealed[str] | None
    at: datetime
    by: str


@dataclass(frozen=True)
class NotThere: ...


@dataclass(frozen=True)
class Lead:
    """Only engagement after `counts_after` counts towards the next crossing; `above`: whether it lay above the line
    when it was last scored. `handed_over`: every opportunity that it was ever handed over as."""

    standing: Standing
    engagements: tuple[Engagement, ...] = ()
    counts_after: datetime = BEGINNING
    above: bool = False
    bant: Mapping[BantName, Known] = field(default_factory=dict)
    cycles: tuple[Cycle, ...] = ()
    history: tuple[Move, ...] = ()
    handed_over: tuple[str, ...] = ()


State = NotThere | Lead


def must_be_there(state: State) -> Lead:
    if isinstance(state, NotThere):
        raise Missing("there is no such lead")
    return state


def workable(state: State) -> Lead:
    """What people may ask something of."""
    lead = must_be_there(state)
    if lead.standing.erased:
        raise Rejected("the person was erased")
    return lead


def evolve(state: State, event: LeadEvent, at: datetime) -> Lead:
    lead = stood(state, event, at)
    match event:
        case LeadEngaged():
            return replace(lead, engagements=(*lead.engagements, event), above=event.above)
        case LeadBantChanged():
            said = {name: Known(item.status, item.evidence, at, item.by) for name, item in event.changed.items()}
            return replace(lead, bant={**lead.bant, **said})
        case LeadMql():
            return replace(lead, cycles=(*lead.cycles, Cycle(event.cycle, event.began, at)))
        case LeadHandedOver():
            return handed_over(lead, event, at)
        case HandOverRefused():
            return in_cycle(lead, srl_at=None, opportunity_id=None)
        case LeadSql():
            return in_cycle(lead, sql_at=at)
        case LeadReopened():
            return in_cycle(lead, outcome=None, reason=None)
        case LeadFellBelow():
            return ended(lead, "fell_below")
        case LeadRejected():
            return counting_anew(ended(lead, "rejected"), at)
        case LeadNurtured():
            return counting_anew(ended(lead, event.because), at)
        case LeadWon():
            return counting_anew(ended(lead, "won"), at)
        case LeadClaimed() | LeadTouched() | LeadErased():
            return lead


def stood(state: State, event: After, at: datetime) -> Lead:
    standing = Standing(**{name: getattr(event, name) for name in FIELDS})
    if isinstance(state, NotThere):
        return Lead(standing, history=(Move(at, None, standing.lifecycle, standing.cycle, standing.reason),))
    before = state.standing.lifecycle
    if standing.lifecycle == before:
        return replace(state, standing=standing)
    move = Move(at, before, standing.lifecycle, standing.cycle, standing.reason)
    return replace(state, standing=standing, history=(*state.history, move))


def handed_over(lead: Lead, event: LeadHandedOver, at: datetime) -> Lead:
    opportunity_id = event.opportunity_id or ""
    moved = in_cycle(lead, srl_at=at, opportunity_id=opportunity_id)
    return replace(moved, handed_over=(*lead.handed_over, opportunity_id))


def ended(lead: Lead, outcome: str) -> Lead:
    """Its cycle, if one is open: a lead that never became MQL is rejected or nurtured without."""
    if not lead.cycles or lead.cycles[-1].outcome is not None:
        return lead
    return in_cycle(lead, outcome=outcome, reason=lead.standing.reason)


def in_cycle(lead: Lead, **changes: Any) -> Lead:
    return replace(lead, cycles=(*lead.cycles[:-1], replace(lead.cycles[-1], **changes)))


def counting_anew(lead: Lead, at: datetime) -> Lead:
    return replace(lead, counts_after=at, above=False)


def after_all(lead: Lead, events: Iterable[LeadEvent], at: datetime) -> Lead:
    """The lead after events that are decided together."""
    for event in events:
        lead = evolve(lead, event, at)
    return lead
