"""Whether a log goes on where its store does: before anything newer is published to it."""

import asyncio
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.log import Log, LogUnavailable
from shared.rules.message import StoredEvent
from shared.store import event_store

PATIENCE = 5.0
"""Seconds for records that the log is said to hold."""


class LogLost(LogUnavailable):
    """What was published is not in the log any more. Publishing what is newer would leave a hole for ever."""


class Diverged(Exception):
    """The log holds events that the store does not: of another system, or the store was restored from a backup."""


async def check(store: AsyncEngine, log: Log, topic: str, source: str, cursor: int) -> None:
    """`store` looks at the source's schema. Raises `Diverged`, `LogLost`."""
    last = await last_published(log, topic, whole=False)
    if last is not None and not await store_holds(store, last):
        raise Diverged(
            f"{topic} holds position {last.position}, which is not in the store of {source}: another system's topics, "
            f"or a store restored from a backup. Nothing is published. If the store is right, "
            f"`funnelcast republish {source}` makes the topic anew from it"
        )
    if position_of(last) < cursor and position_of(await last_published(log, topic, whole=True)) < cursor:
        raise LogLost(
            f"{topic} has lost events: {cursor} were published to it. `funnelcast republish {source}` fills it again"
        )


async def last_published(log: Log, topic: str, *, whole: bool) -> StoredEvent | None:
    """The event of the highest position: among the last of each partition, or, since those may be repetitions, in the
    whole topic."""
    async with log.reader(topic, {}) as reader:
        ends = {partition: end for partition, end in (await reader.ends()).items() if end}
    last: StoredEvent | None = None
    for event in await last_of_each_read(
        log, topic, ends, {} if whole else {each: end - 1 for each, end in ends.items()}
    ):
        last = event if event.position > position_of(last) else last
    return last


async def last_of_each_read(
    log: Log, topic: str, ends: Mapping[int, int], starts: Mapping[int, int]
) -> list[StoredEvent]:
    """The last of each read; what a partition is said to hold and does not bring is not waited for."""
    found, left = list[StoredEvent](), dict(ends)
    async with log.reader(topic, starts) as reader:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while left and asyncio.get_running_loop().time() < deadline:
            for partition, fetched in (await reader.read(set(reader.partitions) & left.keys(), 0.2)).items():
                deadline = asyncio.get_running_loop().time() + PATIENCE
                found.append(max((one.event for one in fetched), key=lambda event: event.position))
                if fetched[-1].offset + 1 >= left[partition]:
                    del left[partition]
    return found


async def store_holds(store: AsyncEngine, event: StoredEvent) -> bool:
    async with store.connect() as tx:
        there = await event_store.read_after(tx, event.position - 1, 1)
    return bool(there) and (there[0].position, there[0].event_id) == (event.position, event.event_id)


def position_of(last: StoredEvent | None) -> int:
    return last.position if last else 0
