"""Exports with a row for each deal: when it was opened, where it stands, when it was closed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from funnelcast.importing.cells.dates import Moment, instant_text
from funnelcast.importing.deals.history import DealHistory
from funnelcast.importing.deals.moves import end, enter_stage, is_end, reopen
from funnelcast.importing.deals.reader import DealReader
from funnelcast.importing.files.row import InvalidRow, Row, Skipped
from funnelcast.importing.mapping.deals import BY_STAGE, OPEN
from funnelcast.importing.mapping.stages import StageOrEnd
from funnelcast.importing.record import MappedRecord


@dataclass(frozen=True)
class Standing:
    """The place of a deal that a row gives. `stage`: the open one, or the one it was in when it ended, if the export
    says so. `end`: how it ended."""

    stage: str | None
    end: StageOrEnd | None = None


@dataclass(frozen=True)
class StageEntry:
    """A stage, and when it was entered."""

    at: Moment
    stage: str


def deal_of_row(reader: DealReader, row: Row) -> MappedRecord | Skipped:
    """Opened in the first stage, then through the stages whose dates are known, to where it stands."""
    standing = standing_of(reader, row)
    if standing is None:
        return Skipped(1, f"{ignored_word(reader, row)}: ignored, as the mapping says")
    history = reader.new_history()
    closed = closing_moment(reader, row, standing.end) if standing.end else None
    opened, entries = opening_moment(reader, row), without_last_end(reader, list(entries_of(reader, row)), closed)
    if closed:
        opened, entries = until(history, opened, entries, closed)
    open_deal(reader, history, row, standing, opened, entries)
    arrive(reader, history, row, standing)
    if closed and standing.end:
        close(reader, history, row, closed, standing.end)
    changed = reader.moment_if_any(reader.fields.changed, row)
    return replace(reader.mapped(history, row), changed_at=instant_text(changed.noon) if changed else None)


def opening_moment(reader: DealReader, row: Row) -> Moment:
    if reader.fields.opened is None:
        raise InvalidRow("the mapping does not name the field opened")
    return reader.moment(reader.fields.opened, row)


# -- where the deal stands -------------------------------------------------------------------------------------------


def standing_of(reader: DealReader, row: Row) -> Standing | None:
    """The standing; None for a row whose word the mapping ignores."""
    fields = reader.fields
    outcome = reader.outcome(fields.outcome.label, fields.outcome.read(row)) if fields.outcome else None
    if fields.outcome and outcome is None:
        return None
    if outcome is not None and outcome.stage == BY_STAGE:
        outcome = None
    has_ended = outcome is not None and outcome.stage != OPEN
    word = fields.stage.read(row) if fields.stage else ""
    if fields.stage is None:
        target = StageOrEnd(stage=last_entered(reader, row))
    elif has_ended and not word:
        return Standing(None, outcome)
    else:
        found = reader.target(fields.stage.label, word)
        if found is None:
            return None
        target = found
    return standing_by(reader, target, outcome, word)


def standing_by(reader: DealReader, target: StageOrEnd, outcome: StageOrEnd | None, word: str) -> Standing:
    """The outcome's column is right about the end, the stage's column about the stage."""
    if outcome is not None and outcome.stage != OPEN:
        return Standing(None if is_end(reader, target) else target.stage, outcome)
    if not is_end(reader, target):
        return Standing(target.stage)
    if outcome is not None:
        label = reader.fields.outcome.label if reader.fields.outcome else ""
        raise InvalidRow(f"{label} says that the deal is open, and {word!r} that it has ended")
    return Standing(None, target)


def ignored_word(reader: DealReader, row: Row) -> str:
    cells = (reader.fields.stage, reader.fields.outcome)
    words = [cell.read(row) for cell in cells if cell is not None]
    return next((word for word in words if reader.ignored.get(word)), "")


def last_entered(reader: DealReader, row: Row) -> str:
    entered = list(entries_of(reader, row))
    return entered[-1].stage if entered else reader.mapping.process.stages[0].stage


def entries_of(reader: DealReader, row: Row) -> Iterator[StageEntry]:
    """The entries by date; on one day, in the order of the process."""
    process = reader.mapping.process
    stages = [*(each.stage for each in process.stages), process.lost, process.won]
    found = [
        StageEntry(at, stage)
        for stage in stages
        if (at := reader.moment_if_any(reader.mapping.entered.get(stage), row)) is not None
    ]
    yield from sorted(found, key=lambda entry: entry.at.earliest)


def without_last_end(reader: DealReader, entries: list[StageEntry], closed: Moment | None) -> list[StageEntry]:
    """A deal that entered a stage after an end was reopened. Whether it has ended now, its standing says."""
    process = reader.mapping.process
    ends = [entry for entry in entries if entry.stage in (process.won, process.lost)]
    last = max((entry.at.earliest for entry in entries if entry not in ends), default=None)
    reopened = [
        entry
        for entry in ends
        if last and entry.at.latest < last and (closed is None or entry.at.latest < closed.earliest)
    ]
    return [entry for entry in entries if entry not in ends or entry in reopened]


# -- what happened to it ---------------------------------------------------------------------------------------------


def closing_moment(reader: DealReader, row: Row, target: StageOrEnd) -> Moment:
    """The instant at which the deal ended, by the field `closed`, else by the day it entered its end, else by its close
    date."""
    fields, process = reader.fields, reader.mapping.process
    entered = reader.mapping.entered.get(process.won if target.stage == process.won else process.lost)
    cells = [cell for cell in (fields.closed, entered, fields.close_date) if cell is not None]
    if not cells:
        raise InvalidRow("the mapping names neither the field closed nor close_date, and the deal has ended")
    found = next((at for cell in cells if (at := reader.moment_if_any(cell, row)) is not None), None)
    return found or reader.moment(cells[0], row)


def until(
    history: DealHistory, opened: Moment, entries: list[StageEntry], closed: Moment
) -> tuple[Moment, list[StageEntry]]:
    """A deal that was entered after it closed was opened no later than it closed."""
    if opened.earliest > closed.latest:
        history.note("entered after it closed: taken as opened when it closed")
        opened = closed
    late = [entry for entry in entries if entry.at.earliest > closed.latest]
    if late:
        history.note("a stage entered after the deal closed: taken as entered when it closed")
    return opened, [StageEntry(closed, entry.stage) if entry in late else entry for entry in entries]


def open_deal(
    reader: DealReader, history: DealHistory, row: Row, standing: Standing, opened: Moment, entries: list[StageEntry]
) -> None:
    if entries and opened.earliest > entries[0].at.latest:
        history.note("entered after its first stage: taken as opened with that")
        opened = entries[0].at
    history.stage = reader.mapping.process.stages[0].stage
    fields = reader.opening(row, history.notes) | reader.priced(row, history.notes)
    close_date = reader.close_date(row) if standing.end is None else None
    dated = {"close_date": close_date.isoformat()} if close_date else {}
    history.add("open", opened, **fields, stage=history.stage, **dated)
    for entry in entries:
        enter(reader, history, row, entry, close_date)


def enter(reader: DealReader, history: DealHistory, row: Row, entry: StageEntry, close_date: date | None) -> None:
    process = reader.mapping.process
    if history.end:
        reopen(history, entry.at, close_date.isoformat() if close_date else None)
    if entry.stage in (process.won, process.lost):
        is_won = entry.stage == process.won
        end(reader, history, row, entry.at, StageOrEnd(stage=process.won) if is_won else StageOrEnd(lost="other"))
    elif entry.stage != history.stage:
        enter_stage(reader, history, entry.stage, entry.at)


def arrive(reader: DealReader, history: DealHistory, row: Row, standing: Standing) -> None:
    """Lets the deal arrive in the stage where it stands, or stood when it ended, when the export has no date for it."""
    if standing.stage is None or standing.stage == history.stage:
        return
    changed = reader.moment_if_any(reader.fields.changed, row) if standing.end is None else None
    if changed is None or changed.latest < history.floor:
        history.note(f"{standing.stage}: the export does not say since when, the date before is taken")
        changed = history.last
    enter_stage(reader, history, standing.stage, changed)


def close(reader: DealReader, history: DealHistory, row: Row, closed: Moment, target: StageOrEnd) -> None:
    if target.stage != reader.mapping.process.won:
        history.add("set-close-date", closed, close_date=closed.day.isoformat())
    end(reader, history, row, closed, target)
