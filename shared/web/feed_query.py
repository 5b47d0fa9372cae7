"""The stored events that an answer of the feed has, as far as its caller may see them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.web.call import Call
from shared.web.place import Organisation, Subtree
from shared.web.problems import Conflict, Forbidden
from shared.web.service_context import ServiceContext

PAGE = 200
MOST_PAGES = 50
"""That are read for one answer to a confined caller, who may see few of their events."""


class EventFilter(NamedTuple):
    """Which events a page has. `streams`, `owner`: none for all. `at`: the instant of recording that it begins with."""

    types: Collection[str]
    streams: Collection[str] | None = None
    owner: str | None = None
    at: datetime | None = None


async def subtree_of(call: Call, tx: AsyncConnection, organisation: Organisation | None) -> Subtree:
    """In this snapshot. Raises `Forbidden` for a confined caller where there are no events for such."""
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
    found: list[StoredEvent] = []
    for _ in range(MOST_PAGES):
        if after >= end:
            break
        page, after = await find_page(tx, stored, after, PAGE, end)
        seen = await organisation.confine(tx, subtree, page)
        found += [event for event in seen if event.type in {*chosen.types, *organisation.left_type()}]
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


def applied(call: Call) -> int:
    """What decides whether an event may be seen is in the read models: later events wait for them. Of the snapshot in
    which the caller's subtree was found."""
    return call.frontier.positions.get(call.context.service, 0)


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
