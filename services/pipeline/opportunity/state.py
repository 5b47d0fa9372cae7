"""The state of an opportunity: not there, open, or closed."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from shared.rules.message import Missing, Rejected
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class NotThere: ...


@dataclass(frozen=True)
class Open:
    """`entered_at`: when it entered its stage."""

    fields: OpportunityFields
    name: Sealed[str] | None
    created_at: datetime
    entered_at: datetime

    @property
    def closed_at(self) -> None:
        return None


@dataclass(frozen=True)
class Closed:
    """`left`: the fields before it closed, which a reopening restores."""

    fields: OpportunityFields
    name: Sealed[str] | None
    created_at: datetime
    entered_at: datetime
    left: OpportunityFields

    @property
    def closed_at(self) -> datetime:
        return self.entered_at


State = NotThere | Open | Closed


def evolve(state: State, event: events.OpportunityEvent, at: datetime) -> State:
    match event:
        case events.HandOverRefused() | events.TextsErased():
            return state
        case events.OpportunityOpened():
            return Open(event.after, event.name, created_at=at, entered_at=at)
        case events.StageChanged():
            return after_move(must_be_there(state), event.after, at)
        case _:
            return replace(must_be_there(state), fields=event.after)


def after_move(before: Open | Closed, fields: OpportunityFields, at: datetime) -> Open | Closed:
    if fields.outcome is None:
        return Open(fields, before.name, before.created_at, at)
    return Closed(fields, before.name, before.created_at, at, left=before.fields)


def must_be_there(state: State) -> Open | Closed:
    if isinstance(state, NotThere):
        raise Missing("there is no such opportunity")
    return state


def must_be_open(state: State) -> Open:
    there = must_be_there(state)
    if isinstance(there, Closed):
        raise Rejected(f"the opportunity is closed: {there.fields.outcome}")
    return there


def must_be_closed(state: State) -> Closed:
    there = must_be_there(state)
    if isinstance(there, Open):
        raise Rejected("the opportunity is open")
    return there
