"""Checks, before anything newer is published, that a topic holds what its store published so far."""

import asyncio
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.log import Log, LogUnavailable
from shared.rules.message import StoredEvent
from shared.store import event_store

READ_TIMEOUT = 5.0
"""Seconds to wait for a record that the log claims to hold."""


class LogLost(LogUnavailable):
    """Published events are no longer in the log. Publishing newer ones would leave a gap for ever."""


class Diverged(Exception):
    """The log holds events that the store does not: they are another system's, or the store was restored from a
    backup."""


async def check(store: AsyncEngine, log: Log, topic: str, source: str, cursor: int) -> None:
    """`store` sees the source's schema; `cursor` is the last position published. Raises `Diverged`, `LogLost`."""
    last = await last_published(log, topic, whole=False)
    if last is not None and not await store_holds(store, last):
        raise Diverged(
            f"{topic} holds position {last.position}, which is not in the store of {source}: the topics are another "
            f"system's, or the store was restored from a backup. Nothing is published. If the store is right, "
            f"`funnelcast republish {source}` fills the topic anew from it"
        )
    if position_of(last) < cursor and position_of(await last_published(log, topic, whole=True)) < cursor:
        raise LogLost(
            f"{topic} has lost events: {cursor} were published to it. `funnelcast republish {source}` fills it again"
        )


async def last_published(log: Log, topic: str, *, whole: bool) -> StoredEvent | None:
    """The event with the highest position, among the last records of all partitions. These may be repetitions of
    earlier events: `whole` reads all records."""
    async with log.reader(topic, {}) as reader:
        ends = {partition: end for partition, end in (await reader.ends()).items() if end}
    last: StoredEvent | None = None
    starts = {} if whole else {partition: end - 1 for partition, end in ends.items()}
    for event in await last_of_each_read(log, topic, ends, starts):
        last = event if event.position > position_of(last) else last
    return last


async def last_of_each_read(
    log: Log, topic: str, ends: Mapping[int, int], starts: Mapping[int, int]
) -> list[StoredEvent]:
    """Reads to `ends` and keeps the event with the highest position of each read. Gives up on records that do not
    come."""
    found, left = list[StoredEvent](), dict(ends)
    async with log.reader(topic, starts) as reader:
        deadline = asyncio.get_running_loop().time() + READ_TIMEOUT
        while left and asyncio.get_running_loop().time() < deadline:
            for partition, fetched in (await reader.read(set(reader.partitions) & left.keys(), 0.2)).items():
                deadline = asyncio.get_running_loop().time() + READ_TIMEOUT
                found.append(max((one.event for one in fetched), key=lambda event: event.position))
                if fetched[-1].offset + 1 >= left[partition]:
                    del left[partition]
    return found


async def store_holds(store: AsyncEngine, event: StoredEvent) -> bool:
    async with store.connect() as tx:
        stored = await event_store.read_after(tx, event.position - 1, 1)
    return bool(stored) and (stored[0].position, stored[0].event_id) == (event.position, event.event_id)


def position_of(event: StoredEvent | None) -> int:
    return event.position if event else 0
