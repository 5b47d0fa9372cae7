"""The closing of a deal: won, lost or recycled."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.context import Context
from services.pipeline.opportunity.events import OpportunityFields, Outcome
from services.pipeline.opportunity.stages import move
from services.pipeline.opportunity.state import Closed, State, must_be_open
from services.pipeline.opportunity.terms import with_amount
from services.pipeline.process.events import ForecastCategory
from services.pipeline.setting.events import ReasonKind
from shared.rules.message import Denied, Rejected

OUTCOMES: Mapping[Literal["lose", "recycle"], Outcome] = {"lose": Outcome.LOST, "recycle": Outcome.RECYCLED}


def win(state: State, command: commands.PermittedWin, at: datetime, context: Context) -> list[events.OpportunityEvent]:
    body, settings = command.body, context.settings
    if isinstance(state, Closed) and repeats_win(state.fields, body):
        return []
    deal = must_be_open(state)
    if not deal.fields.qualified:
        raise Rejected("an unqualified opportunity cannot be won: qualify it")
    close_date = body.close_date or settings.business_day(at)
    must_be_past(close_date, at, context)
    if not command.may_change_ended_periods and settings.is_over(close_date, at):
        raise Denied("a win in an ended period needs the scope pipeline:correct or history:write")
    process = context.process(deal.fields.pipeline)
    after = with_amount(deal.fields, body.amount) if body.amount else deal.fields
    after = after._replace(
        stage=process.won,
        category=ForecastCategory.CLOSED,
        stage_mapped=True,
        outcome=Outcome.WON,
        close_date=close_date,
        process_version=process.version,
    )
    return [move(deal, "win", after, at)]


def repeats_win(fields: OpportunityFields, body: commands.Win) -> bool:
    """Whether the deal is won with the body's amount and close date, as far as it gives them."""
    same_date = body.close_date in (None, fields.close_date)
    amount = (body.amount.amount, body.amount.currency) if body.amount else None
    same_amount = amount in (None, (fields.amount, fields.currency))
    return fields.outcome is Outcome.WON and same_date and same_amount


def repeats_end(closed: Closed, command: commands.Lose | commands.Recycle, context: Context) -> bool:
    """Another system may end a deal again with another reason; it has the first one here."""
    return context.imports or command.reason == closed.reason


def must_be_past(close_date: date, at: datetime, context: Context) -> None:
    """A win counts in the period of its close date, and nothing can be won later than it is."""
    today = context.last_day(at)
    if close_date > today:
        raise Rejected(f"a win cannot close on {close_date}, after the day it happened on, {today}")


def end(
    state: State,
    verb: Literal["lose", "recycle"],
    command: commands.Lose | commands.Recycle,
    at: datetime,
    context: Context,
) -> list[events.OpportunityEvent]:
    outcome = OUTCOMES[verb]
    if isinstance(state, Closed) and state.fields.outcome is outcome and repeats_end(state, command, context):
        return []
    deal = must_be_open(state)
    context.must_allow_reason(ReasonKind(verb), command.reason)
    process = context.process(deal.fields.pipeline)
    after = deal.fields._replace(
        stage=process.lost,
        category=ForecastCategory.OMITTED,
        stage_mapped=True,
        outcome=outcome,
        process_version=process.version,
    )
    return [move(deal, verb, after, at, reason=command.reason, note=command.note)]
