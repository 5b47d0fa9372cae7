"""One source's events out of the log, in position order: reads all partitions of its topic and merges them."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import NoReturn

from shared.flow.cancelled import raise_if_cancelled
from shared.flow.log import Log, LogUnavailable, PartitionReader, Watermark
from shared.flow.merge import Merge
from shared.rules.message import StoredEvent

LOOK = 1.0
"""Seconds without the next event after which it is asked whether it is missing; and between such questions."""
STALLED = 10.0
"""Seconds after which a reader that does not bring what the log is known to hold is replaced."""
RETRY, SLOWEST_RETRY = 0.1, 1.0
"""Seconds between attempts to reach the log: doubled each time, up to the second."""


class Hole(Exception):
    """The log lost an event: nothing may be applied past it. `republish` fills the log again from the store."""

    def __init__(self, topic: str, position: int) -> None:
        super().__init__(f"{topic} has no event at position {position}")
        self.topic = topic
        self.position = position


@dataclass(frozen=True)
class ProvenContent:
    """All up to the watermark was in the log when these were its ends."""

    watermark: Watermark
    ends: Mapping[int, int]


@dataclass
class TopicSource:
    """`status` says why the log cannot be read just now; it is `None` when it can. One call at a time."""

    log: Log
    topic: str
    source: str
    status: str | None = None
    _hints: Mapping[int, int] = field(default_factory=dict)
    _merge: Merge | None = None
    _reader: PartitionReader | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _evidence: ProvenContent | None = None
    _doubted: int = 0
    _looked: float = 0.0
    _heard: float = 0.0
    _resume: float = 0.0
    _retry: float = RETRY

    @property
    def offsets(self) -> Mapping[int, int]:
        """Where to go on reading after the last events that `read` gave. A hint: what it leaves out is not lost."""
        return self._merge.offsets if self._merge else self._hints

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Start from this hint at the next `read`."""
        self._hints, self._merge, self._evidence = offsets, None, None

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        """The next events by position, without a gap; empty when none came within `wait` seconds.

        `after` is the position of the last event that was dealt with. Another one than this gave last means to read
        the topic from its beginning, unless `seek` said where. Raises `Hole`. While the log is away nothing comes,
        and `status` says why.
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
        if now() < self._resume:
            await asyncio.sleep(min(wait, self._resume - now()))
            return []
        try:
            events = await self._advance(after, limit, wait)
        except LogUnavailable as error:
            await self._step_back(error)
            return []
        self.status, self._retry = None, RETRY
        return events

    async def _step_back(self, error: LogUnavailable) -> None:
        raise_if_cancelled()
        self.status = f"{type(error).__name__}: {error}"
        self._resume = now() + self._retry
        self._retry = min(2 * self._retry, SLOWEST_RETRY)
        await self.aclose()

    async def _advance(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        reader, merge = await self._reading(after)
        if not merge.ready:
            await self._fill(reader, merge, wait)
        while merge.ready < limit and merge.has_later and await self._fill(reader, merge, 0):
            pass
        events = merge.take(limit)  # last: what is taken and then not returned would be read again from the beginning
        if events:
            self._looked, self._evidence = now(), None
        elif now() >= self._looked + LOOK:
            await self._look_for_hole(reader, merge)
        return events

    async def _fill(self, reader: PartitionReader, merge: Merge, wait: float) -> bool:
        """Whether something came."""
        fetched = await reader.read(merge.awaited, min(wait, LOOK))
        for partition, records in fetched.items():
            merge.add(partition, records)
        if fetched:
            self._heard = now()
        await asyncio.sleep(0)  # what is buffered comes without a wait: others have their turn all the same
        return bool(fetched)

    async def _reading(self, after: int) -> tuple[PartitionReader, Merge]:
        if self._merge is not None and self._merge.next != after + 1:
            self.seek({})
        if self._merge is None or self._reader is None:
            await self.aclose()
            start = self._merge.read if self._merge else self._hints
            reader = await self._open.enter_async_context(self.log.reader(self.topic, start))
            self._merge = self._merge or Merge(after, reader.partitions, start)
            if self._merge.read.keys() != set(reader.partitions):
                self._start_anew()
            self._reader, self._looked, self._heard = reader, now(), now()
        return self._reader, self._merge

    async def _look_for_hole(self, reader: PartitionReader, merge: Merge) -> None:
        self._looked = now()
        if self._evidence is None:
            self._evidence = await self._gather(reader, merge)
        if self._evidence is None:
            return
        if merge.is_hole(self._evidence.watermark, self._evidence.ends):
            self._doubt(merge.next)
        elif now() >= self._heard + STALLED:
            raise LogUnavailable(f"{self.topic} holds position {merge.next}, and it does not come")

    async def _gather(self, reader: PartitionReader, merge: Merge) -> ProvenContent | None:
        """First the watermark, then the ends: what the one promises lies below the others."""
        watermark = await self.log.watermark(self.source)
        if watermark is None or watermark.position < merge.next:
            return None
        ends = await reader.ends()
        if merge.read.keys() != ends.keys() or any(merge.read[each] > ends[each] for each in ends):
            self._start_anew()
        return ProvenContent(watermark, ends)

    def _start_anew(self) -> NoReturn:
        """The topic lost records or changed its partitions: what was read of it says nothing about it now."""
        self.seek({})
        raise LogUnavailable(f"{self.topic} was made anew")

    def _doubt(self, position: int) -> None:
        """The hint, or the reader's place in a topic made anew, may be at fault: so the whole topic is read again."""
        if self._doubted == position:
            raise Hole(self.topic, position)
        self._doubted = position
        self.seek({})


def now() -> float:
    return asyncio.get_running_loop().time()
