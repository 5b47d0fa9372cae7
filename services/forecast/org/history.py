"""A node's dated rows: where it stands at which instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.forecast.org.events import Kind, NodeEnded, NodePlaced
from shared.rules.message import BEGINNING

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Without a parent: the root."""

    parent: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Row:
    """It holds until the next one starts. Without a place, the node stays where it stood."""

    starts: datetime
    place: Place | None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """The node stands there from `starts` until just before `ends`."""

    starts: datetime
    ends: datetime
    place: Place
    active: bool


History = tuple[Row, ...]


def row_of(event: NodePlaced | NodeEnded) -> Row:
    if isinstance(event, NodeEnded):
        return Row(event.starts, None, ended=True)
    return Row(event.starts or BEGINNING, Place(event.parent, event.kind))


def with_row(history: History, row: Row) -> History:
    """Sorted by start; of two rows with the same start the later one counts, where it says anything."""
    earlier = tuple(each for each in history if each.starts < row.starts)
    later = tuple(each for each in history if each.starts > row.starts)
    same = [each.place for each in history if each.starts == row.starts]
    return (*earlier, replace(row, place=same[0]) if same and row.place is None else row, *later)


def stays(history: Sequence[Row], starts: datetime = BEGINNING, ends: datetime = FOREVER) -> Iterator[Stay]:
    """All that overlap with the span, cut to it, in order of time."""
    place: Place | None = None
    for number, row in enumerate(history):
        place = row.place or place
        until = history[number + 1].starts if number + 1 < len(history) else FOREVER
        if place is not None and row.starts < ends and until > starts:
            yield Stay(max(row.starts, starts), min(until, ends), place, not row.ended)


def stay_at(history: Sequence[Row], at: datetime) -> Stay | None:
    """None before the first row."""
    return next((stay for stay in stays(history) if stay.starts <= at < stay.ends), None)


def next_row(history: Sequence[Row], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after), FOREVER)


def next_place(history: Sequence[Row], after: datetime) -> datetime:
    return next((row.starts for row in history if row.starts > after and row.place is not None), FOREVER)
