"""A node's dated rows: where it stands at which instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.forecast.org.events import NodeEnded, NodeKind, NodePlaced
from shared.rules.message import BEGINNING

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NodePosition:
    """Without a parent: the root."""

    parent: str | None
    kind: NodeKind


@dataclass(frozen=True, slots=True)
class DatedRow:
    """It holds until the next one starts. Without a place, the node stays where it stood."""

    starts: datetime
    place: NodePosition | None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class NodeSpan:
    """The node stands there from `starts` until just before `ends`."""

    starts: datetime
    ends: datetime
    place: NodePosition
    active: bool


NodeHistory = tuple[DatedRow, ...]


def dated_row(event: NodePlaced | NodeEnded) -> DatedRow:
    if isinstance(event, NodeEnded):
        return DatedRow(event.starts, None, ended=True)
    return DatedRow(event.starts or BEGINNING, NodePosition(event.parent, event.kind))


def with_row(history: NodeHistory, row: DatedRow) -> NodeHistory:
    """Sorted by start; of two rows with the same start the later one counts, where it says anything."""
    earlier = tuple(each for each in history if each.starts < row.starts)
    later = tuple(each for each in history if each.starts > row.starts)
    same = [each.place for each in history if each.starts == row.starts]
    return (*earlier, replace(row, place=same[0]) if same and row.place is None else row, *later)


def spans(history: Sequence[DatedRow], starts: datetime = BEGINNING, ends: datetime = FOREVER) -> Iterator[NodeSpan]:
    """All that overlap with the span, cut to it, in order of time."""
    place: NodePosition | None = None
    for number, row in enumerate(history):
        place = row.place or place
        until = history[number + 1].starts if number + 1 < len(history) else FOREVER
        if place is not None and row.starts < ends and until > starts:
            yield NodeSpan(max(row.starts, starts), min(until, ends), place, not row.ended)


def span_at(history: Sequence[DatedRow], at: datetime) -> NodeSpan | None:
    """None before the first row."""
    return next((stay for stay in spans(history) if stay.starts <= at < stay.ends), None)


def next_start(history: Sequence[DatedRow], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after), FOREVER)


def next_move(history: Sequence[DatedRow], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after and row.place is not None), FOREVER)
