"""Change logs: a row for each change of one field of a deal, with the deal's present values beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from funnelcast.importing.cells.dates import Moment
from funnelcast.importing.deals.history import DealHistory
from funnelcast.importing.deals.moves import REOPENED, end, enter_stage, is_end, reopen
from funnelcast.importing.deals.reader import DealReader
from funnelcast.importing.deals.steps import in_order, is_same_end, moment
from funnelcast.importing.files.row import InvalidRow, Row
from funnelcast.importing.mapping.cell import Cell
from funnelcast.importing.mapping.deals import BY_STAGE, OPEN, ChangeLog
from funnelcast.importing.mapping.stages import StageOrEnd
from funnelcast.importing.record import Body, MappedRecord

OUTCOME = "the outcome"
"""The name of the outcome in messages: a log has no column of its own for it."""


@dataclass(frozen=True)
class Change:
    """`field`: stage, outcome, amount, close_date or owner. `label`: of the column with the new value. `old` is none
    when the log does not say it."""

    field: str
    label: str
    old: str | None
    new: str
    row: Row


def deal_of_changes(reader: DealReader, log: ChangeLog, rows: Sequence[Row]) -> MappedRecord:
    """The deal of a log of changes. Each field had its first change's old value from the beginning; one that never
    changed has its present value."""
    history = reader.new_history()
    changes = changes_of(reader, log, rows, history.notes)
    open_deal(reader, history, changes, rows[0])
    for change in changes:
        try:
            apply(reader, history, change)
        except InvalidRow as invalid:
            raise InvalidRow(str(invalid), change.row) from None
    return reader.mapped(history, rows[0])


def changes_of(reader: DealReader, log: ChangeLog, rows: Sequence[Row], notes: list[str]) -> list[Change]:
    found = list[Change]()
    for row in in_order(reader, rows):
        name = log.fields.get(row[log.field])
        if name is None:
            notes.append(f"changes of {row[log.field] or 'no field'}: ignored, as the mapping says")
        else:
            found.append(Change(name, log.new, row[log.old] if log.old else None, row[log.new], row))
    return found


def open_deal(reader: DealReader, history: DealHistory, changes: Sequence[Change], row: Row) -> None:
    fields, first = reader.fields, first_values(changes)
    if fields.opened is None:
        raise InvalidRow("the mapping does not name the field opened")
    opened = reader.moment(fields.opened, row)
    if changes and opened.earliest > (at := moment(reader, changes[0].row)).latest:
        history.note("entered after its first change: taken as opened with that")
        opened = at
    body = reader.opening(row, history.notes)
    body |= amount_body(reader, first.get("amount"), row, history.notes)
    if "owner" in first:
        body["owner"] = reader.owner_of(fields.owner.label, first["owner"], history.notes)
    close_date = (
        day_text(reader, label_of(fields.close_date), first["close_date"])
        if "close_date" in first
        else date_text(reader, row)
    )
    target = first_target(reader, first, row)
    stages = [each.stage for each in reader.mapping.process.stages]
    history.stage = target.stage if target and target.stage in stages else stages[0]
    history.add("open", opened, **body, stage=history.stage, **({"close_date": close_date} if close_date else {}))
    if target and is_end(reader, target):
        end(reader, history, row, opened, target)
    elif outcome := first.get("outcome"):
        move(reader, history, row, opened, reader.outcome(OUTCOME, outcome))


def first_target(reader: DealReader, first: Mapping[str, str], row: Row) -> StageOrEnd | None:
    """A first value that is ignored, such as that the deal was open, does not say the stage."""
    label = label_of(reader.fields.stage)
    target = reader.target(label, first["stage"]) if "stage" in first else None
    present = reader.fields.stage.read(row) if reader.fields.stage else ""
    return target or reader.target(label, present)


def first_values(changes: Sequence[Change]) -> dict[str, str]:
    """The value of each field that changes before its first change; without old values, the first one."""
    first: dict[str, str] = {}
    for change in changes:
        value = change.new if change.old is None else change.old
        if value or change.old is not None:
            first.setdefault(change.field, value)
    return first


def amount_body(reader: DealReader, text: str | None, row: Row, notes: list[str]) -> Body:
    if text is None:
        return reader.priced(row, notes)
    money = reader.amount_of(label_of(reader.fields.amount), text, row, notes)
    return {"amount": money.body()} if money else {}


def date_text(reader: DealReader, row: Row) -> str | None:
    found = reader.close_date(row)
    return found.isoformat() if found else None


def day_text(reader: DealReader, label: str, text: str) -> str | None:
    return reader.dates.day(label, text).isoformat() if text else None


def label_of(cell: Cell | None) -> str:
    return cell.label if cell else ""


def apply(reader: DealReader, history: DealHistory, change: Change) -> None:
    at = moment(reader, change.row)
    match change.field:
        case "stage":
            move(reader, history, change.row, at, reader.target(change.label, change.new))
        case "outcome":
            move(reader, history, change.row, at, reader.outcome(change.label, change.new))
        case "amount":
            money = reader.amount_of(change.label, change.new, change.row, history.notes)
            set_field(history, "set-amount", "amount", money.body() if money else None, at)
        case "close_date":
            set_field(history, "set-close-date", "close_date", day_text(reader, change.label, change.new), at)
        case _:
            owner = reader.owner_of(change.label, change.new, history.notes)
            set_field(history, "assign", "owner", owner, at)


def set_field(history: DealHistory, command: str, name: str, value: object, at: Moment) -> None:
    """Sets a field. After the deal's end, a change is a correction."""
    if value == history.latest_value(name):
        return
    if not history.end:
        history.add(command, at, **{name: value})
    elif value is not None:
        history.add("correct", at, reason=REOPENED, **{name: value})


def move(reader: DealReader, history: DealHistory, row: Row, at: Moment, target: StageOrEnd | None) -> None:
    """An outcome that says that the deal is open again leaves it in the stage where it ended."""
    if target is None or target.stage == BY_STAGE or (history.end and is_same_end(reader, history, target)):
        return
    if history.end:
        reopen(history, at, None)
    if is_end(reader, target):
        end(reader, history, row, at, target)
    elif target.stage not in (None, OPEN, history.stage):
        enter_stage(reader, history, target.stage, at)
