"""What is known of an opportunity: not there, open, or closed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.pipeline.opportunity.events import (
    After,
    Approach,
    HandOverRefused,
    Motion,
    OpportunityEvent,
    OpportunityOpened,
    Outcome,
    StageChanged,
    TextsErased,
)
from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Missing, Rejected
from shared.rules.money import Money
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class Deal:
    """The fields that every event carries after it."""

    account: str
    owner: str
    motion: Motion
    approach: Approach
    pipeline: str
    process_version: int
    stage: str
    stage_mapped: bool
    category: ForecastCategory
    category_by_hand: bool
    qualified: bool
    outcome: Outcome | None
    amount: Decimal | None
    currency: str | None
    amount_estimated: bool
    close_date: date | None
    product: str | None
    lead_ids: tuple[str, ...]
    origin: str
    source: str
    mql_source: str | None
    external_id: str | None

    def after(self, **changes: Any) -> dict[str, Any]:
        """The fields of an event that makes these changes."""
        return {name: getattr(self, name) for name in FIELDS} | changes


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Deal))


@dataclass(frozen=True)
class NotThere: ...


@dataclass(frozen=True)
class Open:
    deal: Deal
    name: Sealed[str] | None
    entered_at: datetime


@dataclass(frozen=True)
class Closed:
    """`left`: the deal as it was before it closed, for a reopening to go back to."""

    deal: Deal
    name: Sealed[str] | None
    entered_at: datetime
    left: Deal


State = NotThere | Open | Closed


def must_be_there(state: State) -> Open | Closed:
    if isinstance(state, NotThere):
        raise Missing("there is no such opportunity")
    return state


def must_be_open(state: State) -> Open:
    there = must_be_there(state)
    if isinstance(there, Closed):
        raise Rejected(f"the opportunity is closed: {there.deal.outcome}")
    return there


def must_be_closed(state: State) -> Closed:
    there = must_be_there(state)
    if isinstance(there, Open):
        raise Rejected("the opportunity is open")
    return there


def evolve(state: State, event: OpportunityEvent, at: datetime) -> State:
    match event:
        case HandOverRefused() | TextsErased():
            return state
        case OpportunityOpened():
            return Open(deal_after(event), event.name, at)
        case StageChanged():
            return moved(must_be_there(state), event, at)
        case _:
            return replace(must_be_there(state), deal=deal_after(event))


def moved(there: Open | Closed, event: StageChanged, at: datetime) -> Open | Closed:
    if event.outcome is None:
        return Open(deal_after(event), there.name, at)
    return Closed(deal_after(event), there.name, at, left=there.deal)


def deal_after(event: After) -> Deal:
    known: Mapping[str, Any] = {name: getattr(event, name) for name in FIELDS}
    return Deal(**known)


def priced(amount: Money | None) -> dict[str, Any]:
    return {"amount": amount.amount, "currency": amount.currency} if amount else {"amount": None, "currency": None}
