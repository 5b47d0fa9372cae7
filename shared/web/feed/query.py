"""The stored events that an answer of the feed has, as far as its caller may see them."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.web.callers.place import Organisation, Subtree
from shared.web.errors.problems import Conflict, Forbidden, PositionNotReached
from shared.web.routing.call import Call
from shared.web.service_context import ServiceContext

PAGE = 200
MOST_READ = 10_000
"""Events that one answer to a confined caller looks through, who may see few of them."""


class EventFilter(NamedTuple):
    """The conditions of a page of events. `streams`, `owner`: none for all. `at`: the instant of recording that it
    begins with."""

    types: Collection[str]
    streams: Collection[str] | None = None
    owner: str | None = None
    at: datetime | None = None


async def subtree_of(call: Call, tx: AsyncConnection, organisation: Organisation | None) -> Subtree:
    """The part of the organisation that the caller may see in this snapshot. Raises `Forbidden` for a confined caller
    where there are no events for such."""
    if call.caller.is_confined and (organisation is None or organisation.confine is None):
        raise Forbidden("the events of this service are for callers who see the whole organisation")
    return await call.find_subtree(tx)


async def find_events(
    tx: AsyncConnection,
    organisation: Organisation | None,
    subtree: Subtree,
    chosen: EventFilter,
    after: int,
    limit: int,
    end: int,
) -> tuple[list[StoredEvent], int]:
    """The next events up to the position `end`, and the position up to which they are complete."""
    if subtree.is_everything or organisation is None or organisation.confine is None:
        return await find_page(tx, chosen, after, limit, end)
    if chosen.owner is not None and not subtree.includes(chosen.owner):
        return [], end
    stored = chosen._replace(types=organisation.stored_types(chosen.types))
    shown = {*chosen.types, *organisation.left_type()}
    if organisation.owners:
        page, last = await find_inside(tx, organisation.owners, subtree, stored, after, limit, end)
        return [event for event in await organisation.confine(tx, subtree, page) if event.type in shown], last
    found: list[StoredEvent] = []
    for _ in range(MOST_READ // PAGE):
        if after >= end:
            break
        page, after = await find_page(tx, stored, after, PAGE, end)
        found += [event for event in await organisation.confine(tx, subtree, page) if event.type in shown]
        if len(found) >= limit:
            return found[:limit], found[limit - 1].position
    return found, after


async def find_page(
    tx: AsyncConnection, chosen: EventFilter, after: int, limit: int, end: int
) -> tuple[list[StoredEvent], int]:
    """The next events up to the position `end`, and the position up to which they are complete: with filters that few
    events pass, it may lie before `end`. The events of one subject are found at once."""
    until = max(after, end) if chosen.streams is not None else event_store.scan_end(after, end)
    page = await event_store.read_types_after(
        tx, chosen.types, after, limit, until=until, streams=chosen.streams, owner=chosen.owner
    )
    return page, page[-1].position if len(page) == limit else until


async def find_inside(
    tx: AsyncConnection, owners: Sequence[str], subtree: Subtree, chosen: EventFilter, after: int, limit: int, end: int
) -> tuple[list[StoredEvent], int]:
    """A page as of `find_page`, of the events that have an owner in the subtree: of all events only the owners are
    read, more and more of them at once. Half of a company sees half of the events, a person hardly any."""
    inside, left, size = list[int](), MOST_READ, PAGE
    while after < end and left > 0 and len(inside) < limit:
        until = max(after, end) if chosen.streams is not None else event_store.scan_end(after, end)
        page = await event_store.read_texts_after(
            tx, owners, chosen.types, after, size, until=until, streams=chosen.streams, owner=chosen.owner
        )
        inside += [position for position, names in page if any(map(subtree.includes, names))]
        after = page[-1][0] if len(page) == size else until
        left, size = left - size, min(2 * size, left - size)
    if len(inside) > limit:
        inside, after = inside[:limit], inside[limit - 1]
    return await event_store.read_at(tx, inside) if inside else [], after


def applied(call: Call) -> int:
    """The position up to which the read models have applied events, in the snapshot in which the caller's subtree was
    found. They decide whether an event may be seen, so later events wait for them."""
    return call.frontier.positions.get(call.context.service, 0)


async def wait_until_applied_after(context: ServiceContext, position: int, deadline: float) -> None:
    """Returns when the read models have applied a later event of the service, when that cannot be read, and when the
    service stops. `deadline`: an instant of the event loop's clock."""
    applied = context.read_models_applied
    with applied.interest(), suppress(PositionNotReached):
        reading = await applied.first_reading()
        while reading.error is None and not context.stopping.is_set():
            if reading.applied.get(context.service, 0) > position:
                return
            reading = await applied.reading_after(reading.number, deadline)


async def must_have_position(context: ServiceContext, position: int) -> None:
    if position:
        async with context.reads.connect() as tx:
            must_not_be_after(await event_store.position(tx), position)


def must_not_be_after(head: int, position: int) -> None:
    """Raises `Conflict` for a position after the last one: its event was lost, and another will have its position."""
    if position > head:
        raise Conflict(
            f"the feed ends at {head}, before position {position}: its store was restored from an older backup, or the "
            f"position is another system's. Go on from 0, or from a position that the backup had",
            code="position_after_head",
        )
