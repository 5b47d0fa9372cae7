"""Moves of a deal: into a stage, to its end, and back from it."""

from funnelcast.importing.cells.dates import Moment
from funnelcast.importing.deals.history import DealHistory
from funnelcast.importing.deals.reader import DealReader
from funnelcast.importing.files.row import Row
from funnelcast.importing.mapping.stages import StageOrEnd
from funnelcast.importing.record import Body

REOPENED = "other"
"""The reason of reopenings and corrections: exports do not say why."""


def is_end(reader: DealReader, target: StageOrEnd) -> bool:
    return target.stage in (None, reader.mapping.process.won, reader.mapping.process.lost)


def enter_stage(reader: DealReader, history: DealHistory, stage: str, at: Moment) -> None:
    """A qualified deal cannot become unqualified here: one that goes so far back is in the first qualified stage."""
    process = reader.mapping.process
    if process.is_qualified(history.stage) and not process.is_qualified(stage):
        history.note(f"back in the unqualified stage {stage}: taken as {process.first_qualified}")
        stage = process.first_qualified
        if stage == history.stage:
            return
    history.stage = stage
    history.add("enter_stage", at, to_stage=stage)


def end(
    reader: DealReader, history: DealHistory, row: Row, at: Moment, target: StageOrEnd, day: str | None = None
) -> None:
    """`day`: the close date, by default that of the moment."""
    close_date = day or at.day.isoformat()
    if target.stage == reader.mapping.process.won:
        win(reader, history, at, close_date)
    else:
        history.end = "recycle" if target.recycled else "lose"
        history.add(history.end, at, reason=target.recycled or target.lost or reader.reason(row))


def win(reader: DealReader, history: DealHistory, at: Moment, close_date: str) -> None:
    process = reader.mapping.process
    if not process.is_qualified(history.stage):
        history.note("won out of an unqualified stage: taken as qualified at that moment")
        enter_stage(reader, history, process.first_qualified, at)
    if is_estimated(history):
        history.note("won without an amount: the estimate is not taken for it")
        history.add("set-amount", at, amount=None)
    history.end = "win"
    history.add("win", at, close_date=close_date)


def reopen(history: DealHistory, at: Moment, close_date: str | None) -> None:
    """Reopens the deal in the stage that it left. Without a close date in the export it has the one from before it was
    won."""
    expected = next((fact["close_date"] for fact in reversed(history.facts) if is_expectation(fact)), None)
    known = close_date or expected or history.latest_value("close_date") or at.day.isoformat()
    history.note("reopened")
    history.end = None
    history.add("reopen", at, reason=REOPENED, close_date=known)


def is_expectation(fact: Body) -> bool:
    return "close_date" in fact and fact["command"] != "win"


def is_estimated(history: DealHistory) -> bool:
    """Whether the latest amount is an estimate."""
    latest = next((fact for fact in reversed(history.facts) if "amount" in fact), {})
    return latest.get("amount_estimated") is True
