"""The changes of a closed deal: it is reopened, or corrected."""

from datetime import datetime

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.closing import must_be_past
from services.pipeline.opportunity.context import Context
from services.pipeline.opportunity.events import Outcome
from services.pipeline.opportunity.stages import move
from services.pipeline.opportunity.state import Closed
from services.pipeline.opportunity.terms import with_amount
from services.pipeline.setting.events import ReasonKind
from shared.rules.message import Denied, Rejected
from shared.rules.sealed import seal


def reopen(
    closed: Closed, command: commands.PermittedReopen, at: datetime, context: Context
) -> list[events.OpportunityEvent]:
    """The deal returns to the stage it left."""
    context.must_allow_reason(ReasonKind.REOPEN, command.body.reason)
    fields, left = closed.fields, closed.left
    won_on = fields.close_date if fields.outcome is Outcome.WON else None
    if won_on and not command.may_change_ended_periods and context.settings.is_over(won_on, at):
        raise Denied("reopening a win of an ended period needs the scope pipeline:correct")
    after = fields._replace(
        stage=left.stage,
        category=left.category,
        category_by_hand=left.category_by_hand,
        stage_mapped=left.stage_mapped,
        qualified=left.qualified,
        outcome=None,
        close_date=command.body.close_date,
    )
    return [move(closed, "reopen", after, at, reason=command.body.reason, note=command.body.note)]


def correct(closed: Closed, command: commands.Correct, at: datetime, context: Context) -> list[events.OpportunityEvent]:
    context.must_allow_reason(ReasonKind.CORRECT, command.reason)
    fields = closed.fields
    if command.amount is None and command.close_date is None and command.owner is None:
        raise Rejected("nothing to correct: give an amount, a close date or an owner")
    if command.close_date and fields.outcome is Outcome.WON:
        must_be_past(command.close_date, at, context)
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
