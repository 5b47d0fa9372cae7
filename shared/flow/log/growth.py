"""The topics of the embedded log that have grown: one query for all readers of a process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from shared.flow.log import LogUnavailable
from shared.store.signal import Signal

SHORTEST_DELAY, LONGEST_DELAY = 0.01, 0.2
"""Seconds between queries for what other processes publish; what this process publishes is signalled."""


@dataclass
class Growth:
    """`find_ends`: by topic, a number that changes when something is published. It is asked while there are readers."""

    find_ends: Callable[[], Awaitable[Mapping[str, int]]]
    ends: Mapping[str, int] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=lambda: defaultdict(Signal))
    """The signals by topic. A reader takes the count before it reads, and misses nothing in between."""
    delay: float = SHORTEST_DELAY
    _readers: int = 0
    _watching: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        self._readers += 1
        self._watching = self._watching or asyncio.create_task(self.watch())
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                await self.stop_watching()

    async def stop_watching(self) -> None:
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.wait([watching])  # awaited itself, it would hide a cancellation of this task

    async def watch(self) -> None:
        """Looks until it is cancelled. A log that is unavailable is reported by its readers."""
        while True:
            with suppress(LogUnavailable):
                await self.look()
            await asyncio.sleep(self.delay)

    async def look(self) -> None:
        """Notifies the readers of topics that have grown. While none has, the delay until the next look doubles each
        time."""
        ends = await self.find_ends()
        grown = [topic for topic, end in ends.items() if end != self.ends.get(topic)]
        self.ends = ends
        for topic in grown:
            self.signals[topic].notify()
        self.delay = SHORTEST_DELAY if grown else min(2 * self.delay, LONGEST_DELAY)
