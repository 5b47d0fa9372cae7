"""Won, lost or recycled; reopened; put right afterwards."""

from datetime import date, datetime
from typing import Literal

from services.pipeline.opportunity.commands import (
    Correct,
    Lose,
    Recycle,
    Reopen,
    Win,
)
from services.pipeline.opportunity.events import (
    Corrected,
    OpportunityEvent,
    Outcome,
)
from services.pipeline.opportunity.stages import moved
from services.pipeline.opportunity.state import (
    Closed,
    Deal,
    State,
    must_be_open,
    must_be_there,
    priced,
)
from services.pipeline.process.decider import (
    Processes,
    process_of,
)
from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Denied, Rejected
from shared.rules.money import Money
from shared.rules.sealed import seal

Ending = Literal["win", "lose", "recycle"]


def win(state: State, command: Win, at: datetime, processes: Processes) -> list[OpportunityEvent]:
    if isinstance(state, Closed) and is_won_so(state.deal, command):
        return []
    deal = must_be_open(state)
    process = process_of(deal.deal.pipeline, processes)
    if not deal.deal.qualified:
        raise Rejected("an unqualified opportunity cannot be won: qualify it")
    paid = priced(command.amount) | {"amount_estimated": False} if command.amount else {}
    after = {
        "stage": process.won,
        "category": ForecastCategory.CLOSED,
        "stage_mapped": True,
        "outcome": Outcome.WON,
        "close_date": command.close_date or at.date(),
        "process_version": process.version,
    }
    return [moved(deal, "win", at, after | paid)]


def is_won_so(deal: Deal, command: Win) -> bool:
    """A repeated win, in the same words or fewer."""
    as_asked = command.close_date in (None, deal.close_date)
    return deal.outcome is Outcome.WON and as_asked and (command.amount is None or priced_so(deal, command.amount))


def priced_so(deal: Deal, amount: Money) -> bool:
    return (deal.amount, deal.currency) == (amount.amount, amount.currency)


def end(
    state: State, command: Ending, outcome: Outcome, asked: Lose | Recycle, at: datetime, processes: Processes
) -> list[OpportunityEvent]:
    there = must_be_there(state)
    if isinstance(there, Closed) and there.deal.outcome == outcome:
        return []
    deal = must_be_open(state)
    process = process_of(deal.deal.pipeline, processes)
    after = {
        "stage": process.lost,
        "category": ForecastCategory.OMITTED,
        "stage_mapped": True,
        "outcome": outcome,
        "process_version": process.version,
    }
    return [moved(deal, command, at, after, reason=asked.reason, note=seal(asked.note))]


def reopen(closed: Closed, asked: Reopen, at: datetime, may_correct: bool) -> list[OpportunityEvent]:
    if closed.deal.outcome is Outcome.WON and ended(closed.deal.close_date, at) and not may_correct:
        raise Denied("reopening a win of an ended period needs the scope pipeline:correct")
    left = closed.left
    after = {
        "stage": left.stage,
        "category": left.category,
        "category_by_hand": left.category_by_hand,
        "stage_mapped": left.stage_mapped,
        "qualified": left.qualified,
        "outcome": None,
        "close_date": asked.close_date,
    }
    return [moved(closed, "reopen", at, after, reason=asked.reason, note=seal(asked.note))]


def ended(close_date: date | None, at: datetime) -> bool:
    """Whether the calendar quarter of the close date is over."""
    return close_date is not None and (close_date.year, (close_date.month - 1) // 3) < (at.year, (at.month - 1) // 3)


def correct(closed: Closed, asked: Correct) -> list[OpportunityEvent]:
    deal = closed.deal
    if asked.amount is None and asked.close_date is None and asked.owner is None:
        raise Rejected("nothing to correct: give an amount, a close date or an owner")
    after = {"close_date": asked.close_date or deal.close_date, "owner": asked.owner or deal.owner}
    after |= priced(asked.amount) if asked.amount else {}
    if deal.after() == deal.after(**after):
        return []
    return [
        Corrected(
            from_amount=deal.amount,
            from_currency=deal.currency,
            from_close_date=deal.close_date,
            from_owner=deal.owner,
            reason=asked.reason,
            note=seal(asked.note),
            **deal.after(**after),
        )
    ]
