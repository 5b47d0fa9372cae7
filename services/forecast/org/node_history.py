"""A node's dated rows: its position in the tree at each instant."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from services.forecast.org.events import NodeEnded, NodeKind, NodePlaced
from shared.rules.message import BEGINNING

FOREVER = datetime.max.replace(tzinfo=UTC)


class NodePosition(NamedTuple):
    """A node without a parent is the root."""

    parent: str | None
    kind: NodeKind


class DatedRow(NamedTuple):
    """A node's position from `starts` on, until the next row starts. Without a position the node keeps the one it
    had."""

    starts: datetime
    position: NodePosition | None
    ended: bool = False


class NodeSpan(NamedTuple):
    """The node has this position from `starts` until just before `ends`."""

    starts: datetime
    ends: datetime
    position: NodePosition
    active: bool


NodeHistory = tuple[DatedRow, ...]


def dated_row(event: NodePlaced | NodeEnded) -> DatedRow:
    if isinstance(event, NodeEnded):
        return DatedRow(event.starts, None, ended=True)
    return DatedRow(event.starts or BEGINNING, NodePosition(event.parent, event.kind))


def with_row(history: NodeHistory, row: DatedRow) -> NodeHistory:
    """The history with the row, sorted by start. Of two rows with the same start the later one counts; a position is
    kept when it has none."""
    if not history or history[-1].starts < row.starts:
        return (*history, row)
    earlier = tuple(each for each in history if each.starts < row.starts)
    later = tuple(each for each in history if each.starts > row.starts)
    same = [each.position for each in history if each.starts == row.starts]
    return (*earlier, row._replace(position=same[0]) if same and row.position is None else row, *later)


def spans(history: Sequence[DatedRow], starts: datetime = BEGINNING, ends: datetime = FOREVER) -> Iterator[NodeSpan]:
    """The spans that overlap with this time, cut to it, in order."""
    position: NodePosition | None = None
    for number, row in enumerate(history):
        position = row.position or position
        until = history[number + 1].starts if number + 1 < len(history) else FOREVER
        if position is not None and row.starts < ends and until > starts:
            yield NodeSpan(max(row.starts, starts), min(until, ends), position, not row.ended)


def span_at(history: Sequence[DatedRow], at: datetime) -> NodeSpan | None:
    """The span at the instant; None before the first row."""
    return next((span for span in spans(history) if span.starts <= at < span.ends), None)


def next_start(history: Sequence[DatedRow], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after), FOREVER)


def next_move(history: Sequence[DatedRow], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after and row.position is not None), FOREVER)
