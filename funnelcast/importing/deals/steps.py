"""Exports with a row for each step of a deal: the whole history."""

from collections.abc import Sequence

from funnelcast.importing.cells.amounts import ReadAmount
from funnelcast.importing.cells.dates import Moment
from funnelcast.importing.deals.history import DealHistory
from funnelcast.importing.deals.moves import REOPENED, end, enter_stage, is_end, reopen
from funnelcast.importing.deals.reader import DealReader
from funnelcast.importing.files.row import InvalidRow, Row, Skipped
from funnelcast.importing.mapping.stages import StageOrEnd
from funnelcast.importing.record import MappedRecord


def deal_of_steps(reader: DealReader, rows: Sequence[Row]) -> MappedRecord | Skipped:
    """A later export that knows more begins with the same commands, and so adds to what is stored."""
    ordered = in_order(reader, rows)
    history = reader.new_history()
    for above, row in zip([ordered[0], *ordered], ordered, strict=False):
        try:
            take_step(reader, history, above, row)
        except InvalidRow as invalid:
            raise InvalidRow(str(invalid), row) from None
    if not history.facts:
        return Skipped(len(rows), "deals none of whose rows moves them: ignored, as the mapping says")
    return reader.mapped(history, ordered[0])


def in_order(reader: DealReader, rows: Sequence[Row]) -> Sequence[Row]:
    """The oldest first. Rows of one instant keep the file's order."""
    notation = reader.mapping.history
    if notation is None or notation.order == "oldest_first":
        return rows
    return (
        rows[::-1] if notation.order == "newest_first" else sorted(rows, key=lambda row: moment(reader, row).earliest)
    )


def moment(reader: DealReader, row: Row) -> Moment:
    if reader.fields.at is None:
        raise InvalidRow("the mapping does not name the field at", row)
    try:
        return reader.moment(reader.fields.at, row)
    except InvalidRow as invalid:
        raise InvalidRow(str(invalid), row) from None


def take_step(reader: DealReader, history: DealHistory, above: Row, row: Row) -> None:
    stage = reader.fields.stage
    word = stage.read(row) if stage else ""
    target = reader.target(stage.label if stage else "", word)
    at = moment(reader, row)
    if not history.facts:
        begin(reader, history, row, at, word, target)
        return
    follow(reader, history, above, row, at, word)
    if target is None:
        history.note(f"{word}{' after the end' if history.end else ''}: ignored, as the mapping says")
    else:
        move(reader, history, row, at, word, target)


def begin(reader: DealReader, history: DealHistory, row: Row, at: Moment, word: str, target: StageOrEnd | None) -> None:
    if target is None:
        history.note(f"{word}: ignored, as the mapping says")
        return
    stages = [each.stage for each in reader.mapping.process.stages]
    history.stage = target.stage if target.stage in stages else stages[0]
    close_date = reader.close_date(row)
    dated = {"close_date": close_date.isoformat()} if close_date else {}
    fields = reader.opening(row, history.notes) | reader.priced(row, history.notes)
    history.add("open", at, **fields, stage=history.stage, **dated)
    if target.stage != history.stage:
        history.note("begins with its end: opened at the same moment")
        end(reader, history, row, at, target, close_day(reader, row, at))


def move(reader: DealReader, history: DealHistory, row: Row, at: Moment, word: str, target: StageOrEnd) -> None:
    close_date = reader.close_date(row)
    if history.end is not None:
        if is_same_end(reader, history, target):
            history.note(f"{word} again: ended already")
            return
        reopen(history, at, close_date.isoformat() if close_date else None)
    if is_end(reader, target):
        end(reader, history, row, at, target, close_day(reader, row, at))
    elif target.stage == history.stage:
        history.note(f"{word} again: in {history.stage} already")
    elif target.stage is not None:
        enter_stage(reader, history, target.stage, at)


def is_same_end(reader: DealReader, history: DealHistory, target: StageOrEnd) -> bool:
    process = reader.mapping.process
    command = "win" if target.stage == process.won else "recycle" if target.recycled else "lose"
    return is_end(reader, target) and command == history.end


def close_day(reader: DealReader, row: Row, at: Moment) -> str:
    """The close date of the row that ends the deal, when it is not later than that."""
    close_date = reader.close_date(row)
    return min(close_date, at.day).isoformat() if close_date else at.day.isoformat()


# -- what changed since the row above --------------------------------------------------------------------------------


def follow(reader: DealReader, history: DealHistory, above: Row, row: Row, at: Moment, word: str) -> None:
    notation = reader.mapping.history
    if notation is None:
        return
    amount = reader.amount(row, history.notes)
    if amount is not None and amount != reader.amount(above, []):
        set_amount(history, at, amount, is_followed="amount" in notation.follow)
    close_date = reader.close_date(row)
    is_moved = close_date is not None and close_date != reader.close_date(above)
    if close_date is not None and is_moved and "close_date" in notation.follow and not history.end:
        history.add("set-close-date", at, close_date=close_date.isoformat())
    if "owner" in notation.follow or word in notation.taken_over:
        assign(reader, history, row, at)


def set_amount(history: DealHistory, at: Moment, amount: ReadAmount, *, is_followed: bool) -> None:
    """Sets the amount. After the deal's end, a change of it is a correction."""
    if not is_followed:
        if history.end:
            history.note("amount changed after the end: not taken, the mapping does not follow it")
    elif history.end:
        history.note("amount changed after the end: corrected")
        history.add("correct", at, amount=amount.body(), reason=REOPENED)
    else:
        history.add("set-amount", at, amount=amount.body())


def assign(reader: DealReader, history: DealHistory, row: Row, at: Moment) -> None:
    """An empty cell says nothing about the owner."""
    if not reader.fields.owner.read(row):
        return
    owner = reader.owner(row, history.notes)
    if owner == history.latest_value("owner"):
        return
    if history.end:
        history.add("correct", at, owner=owner, reason=REOPENED)
    else:
        history.add("assign", at, owner=owner)
