"""Reads one source's events from the log in position order, by merging all partitions of its topic."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import NoReturn

from shared.flow.log import Log, LogUnavailable, PartitionReader
from shared.flow.merge import Merge
from shared.flow.watermark import Watermark
from shared.rules.message import StoredEvent
from shared.store.cancellation import raise_if_cancelled

CHECK_INTERVAL = 2.0
"""Seconds without an event after which it is checked whether the next one is lost; and between such checks."""
STALLED = 10.0
"""Seconds after which a reader is replaced that does not deliver what the log is known to hold."""
SHORTEST_RETRY, LONGEST_RETRY = 0.1, 1.0
"""Seconds between attempts to reach the log, doubled after each one."""


class Hole(Exception):
    """The log lost an event, and nothing after it may be applied. `republish` fills the log again from the store."""

    def __init__(self, topic: str, position: int) -> None:
        super().__init__(f"{topic} has no event at position {position}")
        self.topic = topic
        self.position = position


@dataclass(frozen=True)
class Extent:
    """All events up to the watermark were in the log when its partitions ended at `ends`."""

    watermark: Watermark
    ends: Mapping[int, int]


@dataclass
class TopicSource:
    """`status`: why the log cannot be read at present, if so. One call at a time."""

    log: Log
    topic: str
    source: str
    status: str | None = None
    _hints: Mapping[int, int] = field(default_factory=dict)
    _merge: Merge | None = None
    _reader: PartitionReader | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _extent: Extent | None = None
    _suspected_hole: int = 0
    """The position that was missing when the whole topic was last read again."""
    _checked_at: float = 0.0
    _received_at: float = 0.0
    _retry_at: float = 0.0
    _retry_delay: float = SHORTEST_RETRY

    @property
    def offsets(self) -> Mapping[int, int]:
        """The offsets behind the last events that `read` returned. A hint: it may be lost."""
        return self._merge.offsets if self._merge else self._hints

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Start from this hint at the next `read`."""
        self._hints, self._merge, self._extent = offsets, None, None

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        """The next events by position, without a gap; empty when none came within `wait` seconds.

        `after` is the position of the last event that was processed. If it is not the last one returned, the topic is
        read from its beginning, unless `seek` was called before. Raises `Hole`. While the log is unavailable nothing is
        returned, and `status` says why.
        """
        end = now() + wait
        while True:
            events = await self._attempt(after, limit, max(0.0, end - now()))
            if events or now() >= end:
                return events

    async def aclose(self) -> None:
        self._reader = None
        await self._open.aclose()

    async def _attempt(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        if now() < self._retry_at:
            await asyncio.sleep(min(wait, self._retry_at - now()))
            return []
        try:
            events = await self._advance(after, limit, wait)
        except LogUnavailable as error:
            await self._retry_later(error)
            return []
        self.status, self._retry_delay = None, SHORTEST_RETRY
        return events

    async def _retry_later(self, error: LogUnavailable) -> None:
        raise_if_cancelled()
        self.status = f"{type(error).__name__}: {error}"
        self._retry_at = now() + self._retry_delay
        self._retry_delay = min(2 * self._retry_delay, LONGEST_RETRY)
        await self.aclose()

    async def _advance(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        reader, merge = await self._open_reader(after)
        if not merge.ready:
            await self._fill(reader, merge, wait)
        while merge.ready < limit and merge.has_later and await self._fill(reader, merge, 0):
            pass
        events = merge.take(limit)  # last: events taken but not returned would make the next call start from scratch
        if events:
            self._checked_at, self._extent = now(), None
        elif now() >= self._checked_at + CHECK_INTERVAL:
            await self._check_for_hole(reader, merge)
        return events

    async def _fill(self, reader: PartitionReader, merge: Merge, wait: float) -> bool:
        """Reads the next records. Returns whether any came."""
        fetched = await reader.read(merge.awaited, min(wait, CHECK_INTERVAL))
        for partition, records in fetched.items():
            merge.add(partition, records)
        if fetched:
            self._received_at = now()
        await asyncio.sleep(0)  # buffered records come without a wait: other tasks must get a turn all the same
        return bool(fetched)

    async def _open_reader(self, after: int) -> tuple[PartitionReader, Merge]:
        if self._merge is not None and self._merge.next != after + 1:
            self.seek({})
        if self._merge is None or self._reader is None:
            await self.aclose()
            start = self._merge.read if self._merge else self._hints
            reader = await self._open.enter_async_context(self.log.reader(self.topic, start))
            self._merge = self._merge or Merge(after, reader.partitions, start)
            if self._merge.read.keys() != set(reader.partitions):
                self._start_over()
            self._reader, self._checked_at, self._received_at = reader, now(), now()
        return self._reader, self._merge

    async def _check_for_hole(self, reader: PartitionReader, merge: Merge) -> None:
        self._checked_at = now()
        if self._extent is None:
            self._extent = await self._find_extent(reader, merge)
        if self._extent is None:
            return
        if merge.is_hole(self._extent.watermark, self._extent.ends):
            self._suspect_hole(merge.next)
        elif now() >= self._received_at + STALLED:
            raise LogUnavailable(f"{self.topic} holds position {merge.next}, and it does not come")

    async def _find_extent(self, reader: PartitionReader, merge: Merge) -> Extent | None:
        """The extent; None when the log does not claim to hold the next event. The watermark is read before the ends,
        so that all events up to it lie below them."""
        watermark = await self.log.watermark(self.source)
        if watermark is None or watermark.position < merge.next:
            return None
        ends = await reader.ends()
        if merge.read.keys() != ends.keys() or any(merge.read[each] > ends[each] for each in ends):
            self._start_over()
        return Extent(watermark, ends)

    def _start_over(self) -> NoReturn:
        """The topic lost records or changed its partitions: what was read before says nothing about it now."""
        self.seek({})
        raise LogUnavailable(f"{self.topic} was recreated")

    def _suspect_hole(self, position: int) -> None:
        """The hint, or the reader's place in a recreated topic, may be wrong: the whole topic is read again before the
        event counts as lost."""
        if self._suspected_hole == position:
            raise Hole(self.topic, position)
        self._suspected_hole = position
        self.seek({})


def now() -> float:
    return asyncio.get_running_loop().time()
