"""How a deal closes: won, lost or recycled. How it is reopened, and corrected afterwards."""

from datetime import date, datetime

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.events import OpportunityFields, Outcome
from services.pipeline.opportunity.stages import move
from services.pipeline.opportunity.state import Closed, State, must_be_open, must_be_there
from services.pipeline.opportunity.terms import with_amount
from services.pipeline.process.events import ForecastCategory
from services.pipeline.process.state import Processes, process_of
from shared.rules.message import Denied, Rejected
from shared.rules.sealed import seal


def win(state: State, command: commands.Win, at: datetime, processes: Processes) -> list[events.OpportunityEvent]:
    if isinstance(state, Closed) and repeats_win(state.fields, command):
        return []
    deal = must_be_open(state)
    if not deal.fields.qualified:
        raise Rejected("an unqualified opportunity cannot be won: qualify it")
    process = process_of(deal.fields.pipeline, processes)
    after = with_amount(deal.fields, command.amount) if command.amount else deal.fields
    after = after._replace(
        stage=process.won,
        category=ForecastCategory.CLOSED,
        stage_mapped=True,
        outcome=Outcome.WON,
        close_date=command.close_date or at.date(),
        process_version=process.version,
    )
    return [move(deal, "win", after, at)]


def repeats_win(fields: OpportunityFields, command: commands.Win) -> bool:
    """Whether the deal is won with the command's amount and close date, as far as it gives them."""
    same_date = command.close_date in (None, fields.close_date)
    amount = (command.amount.amount, command.amount.currency) if command.amount else None
    same_amount = amount in (None, (fields.amount, fields.currency))
    return fields.outcome is Outcome.WON and same_date and same_amount


def close_unsuccessfully(
    state: State, command: commands.Lose | commands.Recycle, at: datetime, processes: Processes
) -> list[events.OpportunityEvent]:
    outcome = Outcome.LOST if isinstance(command, commands.Lose) else Outcome.RECYCLED
    if must_be_there(state).fields.outcome is outcome:
        return []
    deal = must_be_open(state)
    process = process_of(deal.fields.pipeline, processes)
    after = deal.fields._replace(
        stage=process.lost,
        category=ForecastCategory.OMITTED,
        stage_mapped=True,
        outcome=outcome,
        process_version=process.version,
    )
    verb: events.MoveCommand = "lose" if outcome is Outcome.LOST else "recycle"
    return [move(deal, verb, after, at, reason=command.reason, note=command.note)]


def reopen(closed: Closed, command: commands.PermittedReopen, at: datetime) -> list[events.OpportunityEvent]:
    """The deal returns to the stage it left."""
    fields, body = closed.fields, command.body
    if fields.outcome is Outcome.WON and is_over(fields.close_date, at) and not command.may_change_ended_periods:
        raise Denied("reopening a win of an ended period needs the scope pipeline:correct")
    after = fields._replace(
        stage=closed.left.stage,
        category=closed.left.category,
        category_by_hand=closed.left.category_by_hand,
        stage_mapped=closed.left.stage_mapped,
        qualified=closed.left.qualified,
        outcome=None,
        close_date=body.close_date,
    )
    return [move(closed, "reopen", after, at, reason=body.reason, note=body.note)]


def is_over(day: date | None, at: datetime) -> bool:
    """Whether the calendar quarter of the day is over."""
    return day is not None and (day.year, (day.month - 1) // 3) < (at.year, (at.month - 1) // 3)


def correct(closed: Closed, command: commands.Correct) -> list[events.OpportunityEvent]:
    fields = closed.fields
    if command.amount is None and command.close_date is None and command.owner is None:
        raise Rejected("nothing to correct: give an amount, a close date or an owner")
    after = with_amount(fields, command.amount) if command.amount else fields
    after = after._replace(close_date=command.close_date or fields.close_date, owner=command.owner or fields.owner)
    if after == fields:
        return []
    return [
        events.Corrected(
            after=after,
            from_amount=fields.amount,
            from_currency=fields.currency,
            from_close_date=fields.close_date,
            from_owner=fields.owner,
            reason=command.reason,
            note=seal(command.note),
        )
    ]
