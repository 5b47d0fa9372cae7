"""What may happen to an opportunity, and why not."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, assert_never

from services.pipeline.opportunity.beginning import attach_lead, link, open_opportunity, take_hand_over
from services.pipeline.opportunity.commands import (
    Advance,
    Assign,
    AttachLead,
    Correct,
    EnterStage,
    EraseTexts,
    Link,
    Lose,
    OpenOpportunity,
    OpportunityCommand,
    Qualify,
    Recycle,
    ReopenWith,
    SetAmount,
    SetCategory,
    SetCloseDate,
    TakeHandOver,
    Win,
)
from services.pipeline.opportunity.ending import correct, end, reopen, win
from services.pipeline.opportunity.events import (
    PARSE,
    AmountChanged,
    Assigned,
    CategoryChanged,
    CloseDateChanged,
    OpportunityEvent,
    Outcome,
    TextsErased,
)
from services.pipeline.opportunity.stages import advance, enter_stage, qualify
from services.pipeline.opportunity.state import (
    Deal,
    NotThere,
    Open,
    State,
    evolve,
    must_be_closed,
    must_be_open,
    must_be_there,
    priced,
)
from services.pipeline.process.decider import (
    OPEN_CATEGORIES,
    PROCESSES,
    UNQUALIFIED_CATEGORIES,
    Processes,
    process_of,
)
from services.pipeline.process.events import ForecastCategory
from shared.rules.decider import Decider
from shared.rules.message import Rejected
from shared.rules.money import Money

Ending = Literal["win", "lose", "recycle"]


@dataclass(frozen=True)
class Context:
    processes: Processes


def decide(state: State, command: OpportunityCommand, at: datetime, context: Context) -> list[OpportunityEvent]:
    processes = context.processes
    match command:
        case OpenOpportunity():
            return open_opportunity(state, command, processes)
        case TakeHandOver():
            return take_hand_over(state, command, processes)
        case AttachLead():
            return attach_lead(state, command.lead_id)
        case EraseTexts():
            return [] if isinstance(state, NotThere) else [TextsErased()]
        case ReopenWith():
            return reopen(must_be_closed(state), command.asked, at, command.may_correct)
        case Correct():
            return correct(must_be_closed(state), command)
        case Link():
            return link(must_be_there(state), command.external_id)
        case Lose():
            return end(state, "lose", Outcome.LOST, command, at, processes)
        case Recycle():
            return end(state, "recycle", Outcome.RECYCLED, command, at, processes)
        case Win():
            return win(state, command, at, processes)
        case _:
            return change(must_be_open(state), command, at, processes)


Change = Qualify | Advance | EnterStage | SetAmount | SetCloseDate | SetCategory | Assign


def change(deal: Open, command: Change, at: datetime, processes: Processes) -> list[OpportunityEvent]:
    process = process_of(deal.deal.pipeline, processes)
    match command:
        case Qualify():
            return qualify(deal, command, at, process)
        case Advance():
            return advance(deal, command.to_stage, at, process)
        case EnterStage():
            return enter_stage(deal, command.to_stage, at, process)
        case SetAmount():
            return set_amount(deal.deal, command.amount, command.amount_estimated)
        case SetCloseDate():
            return set_close_date(deal.deal, command.close_date)
        case SetCategory():
            return categorise(deal.deal, command.category)
        case Assign():
            return assign(deal.deal, command.owner)
        case _:
            assert_never(command)


def set_amount(deal: Deal, amount: Money | None, estimated: bool) -> list[OpportunityEvent]:
    after = priced(amount) | {"amount_estimated": estimated and amount is not None}
    if after == {"amount": deal.amount, "currency": deal.currency, "amount_estimated": deal.amount_estimated}:
        return []
    return [AmountChanged(from_amount=deal.amount, from_currency=deal.currency, **deal.after(**after))]


def set_close_date(deal: Deal, close_date: date | None) -> list[OpportunityEvent]:
    if close_date == deal.close_date:
        return []
    return [CloseDateChanged(from_close_date=deal.close_date, **deal.after(close_date=close_date))]


def categorise(deal: Deal, category: ForecastCategory) -> list[OpportunityEvent]:
    if category not in OPEN_CATEGORIES:
        raise Rejected(f"an open opportunity cannot be in {category}")
    if category not in UNQUALIFIED_CATEGORIES and not deal.qualified:
        raise Rejected(f"an unqualified opportunity cannot be in {category}")
    if category == deal.category and deal.category_by_hand:
        return []
    after = deal.after(category=category, category_by_hand=True)
    return [CategoryChanged(from_category=deal.category, to_category=category, **after)]


def assign(deal: Deal, owner: str) -> list[OpportunityEvent]:
    if owner == deal.owner:
        return []
    return [Assigned(from_owner=deal.owner, to_owner=owner, **deal.after(owner=owner))]


DECIDER: Decider[OpportunityCommand, State, OpportunityEvent] = Decider(
    "opportunity", PARSE, NotThere(), decide, evolve, Context, {"processes": PROCESSES}
)
