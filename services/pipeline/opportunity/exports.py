"""Brings a deal to the state in another system's export, by the changes that explain the difference.

Each field is compared with the deal and with earlier imports. A field that was changed here since is left alone, unless
the export is to overwrite it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.pipeline.opportunity import closed, closing, commands, events, stages, terms
from services.pipeline.opportunity.context import OTHER_REASON, Context
from services.pipeline.opportunity.events import OpportunityFields, Outcome
from services.pipeline.opportunity.state import Closed, Open, State, evolve, must_be_closed, must_be_open, must_exist
from shared.rules.fields import format_instant
from shared.rules.message import Rejected
from shared.rules.money import format_amount

DETAILS = ("owner", "amount", "close_date")
REST_OF_A_DAY = timedelta(hours=12)
"""An export of a day counts as of noon, and may know what happened later on that day."""


def imported(
    found: Sequence[events.OpportunityEvent], exported_at: datetime | None = None
) -> list[events.OpportunityEvent]:
    marks = {"imported": True, "exported_at": exported_at}
    return [event.with_valid(**marks) if isinstance(event, events.ChangeEvent) else event for event in found]


@dataclass
class ImportedChanges:
    """The events so far, and the state after them."""

    state: Open | Closed
    at: datetime
    context: Context
    made: list[events.OpportunityEvent] = field(default_factory=list)

    def take(self, found: Sequence[events.OpportunityEvent]) -> None:
        for event in imported(found):
            self.state = must_exist(evolve(self.state, event, self.at))
            self.made.append(event)


def match_export(
    state: Open | Closed, command: commands.MatchExport, at: datetime, context: Context
) -> list[events.OpportunityEvent]:
    must_not_be_older(state, command)
    changes = ImportedChanges(state, at, context)
    if has_no_effect(state, command):
        return []
    wanted = [name for name in differing_fields(state.fields, command, context) if may_import(state, name, command)]
    if "stage" in wanted and isinstance(state, Closed):
        reopen(changes, command)
    change_details(changes, command, [name for name in wanted if name != "stage"])
    if "stage" in wanted:
        move(changes, command)
    return changes.made


def must_not_be_older(state: Open | Closed, command: commands.MatchExport) -> None:
    """Refuses an older export: it would undo the changes of a later one. Raises `Rejected`."""
    at, known_at = command.occurred_at, state.imported_at
    if command.part != "present" or at is None or known_at is None:
        return
    if known_at >= (command.day_ends or at + REST_OF_A_DAY):
        raise Rejected(f"the export is older than what was imported before, at {format_instant(known_at)}")


def has_no_effect(state: Open | Closed, command: commands.MatchExport) -> bool:
    match command.part:
        case "entered":
            is_later = command.occurred_at is not None and command.occurred_at > state.entered_at
            return not is_later or (isinstance(state, Closed) and not command.reopens)
        case "changed":
            return command.occurred_at is None or command.occurred_at <= state.changed_at
        case "ended":
            return state.fields.outcome is command.outcome
        case "present":
            return False


# -- what differs ----------------------------------------------------------------------------------------------------


def differing_fields(fields: OpportunityFields, command: commands.MatchExport, context: Context) -> list[str]:
    """The names among `stage`, `owner`, `amount` and `close_date` whose value in the export differs from the one here.
    A step that entered a stage says only when that was, and nothing of the other fields."""
    given, details = command.model_fields_set, () if command.part == "entered" else DETAILS
    found = [name for name in details if name in given and value_here(fields, name) != value_given(command, name)]
    if given & {"stage", "outcome"} and not is_in_exported_stage(fields, command, context):
        found.append("stage")
    return found


def is_in_exported_stage(fields: OpportunityFields, command: commands.MatchExport, context: Context) -> bool:
    if command.outcome is not None or fields.outcome is not None:
        return fields.outcome is command.outcome
    return command.stage is None or fields.stage == reachable_stage(fields, command.stage, context)


def reachable_stage(fields: OpportunityFields, stage: str, context: Context) -> str:
    """A qualified deal cannot become unqualified: one that goes so far back is in the first qualified stage."""
    process = context.process(fields.pipeline)
    return process.first_qualified if fields.qualified and not process.is_qualified(stage) else stage


def may_import(state: Open | Closed, name: str, command: commands.MatchExport) -> bool:
    """Whether nobody but imports has changed the field."""
    if command.overwrite:
        return True
    if state.imported is None:
        return False
    if name == "stage":
        return (state.fields.stage, state.fields.outcome) == (state.imported.stage, state.imported.outcome)
    return bool(value_here(state.fields, name) == value_here(state.imported, name))


def value_here(fields: OpportunityFields, name: str) -> Any:
    if name == "amount":
        return (fields.amount, fields.currency, fields.amount_estimated)
    return getattr(fields, name)


def value_given(command: commands.MatchExport, name: str) -> Any:
    if name == "amount":
        money = command.amount
        return (money.amount, money.currency, command.amount_estimated) if money else (None, None, False)
    return getattr(command, name)


def kept_values(state: State, command: commands.MatchExport) -> Mapping[str, Mapping[str, str | None]]:
    """Both values of each field that the export gives and that differs here."""
    fields, given = must_exist(state).fields, command.model_fields_set
    kept = {
        name: {"here": value_text(value_here(fields, name)), "export": value_text(value_given(command, name))}
        for name in DETAILS
        if name in given and value_here(fields, name) != value_given(command, name)
    }
    here, export = fields.outcome or fields.stage, command.outcome or command.stage
    if given & {"stage", "outcome"} and export is not None and here != export:
        kept["stage"] = {"here": here, "export": export}
    return kept


def value_text(value: Any) -> str | None:
    if isinstance(value, tuple):
        amount, currency, _ = value
        return f"{format_amount(amount, currency)} {currency}" if amount is not None else None
    return None if value is None else str(value)


# -- changes ---------------------------------------------------------------------------------------------------------


def reopen(changes: ImportedChanges, command: commands.MatchExport) -> None:
    close_date = command.close_date or changes.state.fields.close_date
    close_date = close_date or changes.context.settings.business_day(changes.at)
    body = commands.Reopen(reason=OTHER_REASON, close_date=close_date)
    permitted = commands.PermittedReopen(body=body, may_change_ended_periods=True)
    changes.take(closed.reopen(must_be_closed(changes.state), permitted, changes.at, changes.context))


def change_details(changes: ImportedChanges, command: commands.MatchExport, names: Sequence[str]) -> None:
    if isinstance(changes.state, Closed):
        correct(changes, command, names)
        return
    for name in names:
        fields = changes.state.fields
        if name == "owner" and command.owner is not None:
            changes.take(terms.assign(fields, command.owner))
        elif name == "amount":
            body = commands.SetAmount(amount=command.amount, amount_estimated=command.amount_estimated)
            changes.take(terms.set_amount(fields, body))
        elif name == "close_date" and command.outcome is not Outcome.WON:
            changes.take(terms.set_close_date(fields, command.close_date))


def correct(changes: ImportedChanges, command: commands.MatchExport, names: Sequence[str]) -> None:
    """A correction cannot take an amount, a close date or an owner away."""
    values = {name: getattr(command, name) for name in names if getattr(command, name) is not None}
    if values:
        body = commands.Correct(reason=OTHER_REASON, **values)
        changes.take(closed.correct(must_be_closed(changes.state), body, changes.at, changes.context))


def move(changes: ImportedChanges, command: commands.MatchExport) -> None:
    """Moves the deal into the stage of the export, and closes it if it has ended there."""
    fields, context, at = changes.state.fields, changes.context, changes.at
    process = context.process(fields.pipeline)
    stage = reachable_stage(fields, command.stage, context) if command.stage else None
    if command.outcome is Outcome.WON and not fields.qualified and not (stage and process.is_qualified(stage)):
        stage = process.first_qualified
    if stage is not None:
        changes.take(stages.enter_stage(must_be_open(changes.state), stage, at, process))
    match command.outcome:
        case Outcome.WON:
            win = commands.PermittedWin(body=commands.Win(close_date=command.close_date), may_change_ended_periods=True)
            changes.take(closing.win(changes.state, win, at, context))
        case Outcome.LOST:
            changes.take(closing.end(changes.state, "lose", commands.Lose(reason=command.reason), at, context))
        case Outcome.RECYCLED:
            changes.take(closing.end(changes.state, "recycle", commands.Recycle(reason=command.reason), at, context))
        case None:
            return
