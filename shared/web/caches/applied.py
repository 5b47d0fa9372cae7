"""The positions that a subscription has applied, read once for all requests that wait for one."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import checkpoint, parked
from shared.store.signal import Signal
from shared.web.caches.listeners import Listeners
from shared.web.errors.problems import PositionNotReached
from shared.web.requests.limits import CallerLimit

FIRST_DELAY, LONGEST_DELAY, GROWTH = 0.005, 0.1, 1.25
"""Seconds between two reads; the delay grows by this factor."""
MAX_WAITING = 50
"""Requests of one key that may wait at the same time."""


@dataclass(frozen=True)
class PositionReading:
    """`number`: readings are counted. `applied`, `first_parked`: positions by source. `error`: why there are none."""

    number: int = 0
    applied: Mapping[str, int] = field(default_factory=dict)
    first_parked: Mapping[str, int] = field(default_factory=dict)
    error: Exception | None = None

    def includes(self, wanted: Mapping[str, int]) -> bool:
        """Raises `PositionNotReached` when an event up to a wanted position is parked: waiting would not help."""
        if self.error is not None:
            raise self.error
        if any(self.applied.get(source, 0) < position for source, position in wanted.items()):
            return False
        if any(self.first_parked.get(source, position + 1) <= position for source, position in wanted.items()):
            raise PositionNotReached("an event before this position is parked", code="parked")
        return True


@dataclass
class AppliedPositions:
    """Reads only while requests are interested. `wake`: notified when this process has applied something; what other
    processes apply is seen at growing intervals."""

    reads: AsyncEngine
    subscription: str
    wake: Signal = field(default_factory=Signal)
    begun: int = 0
    """Number of the last reading that was begun."""
    latest: PositionReading = field(default_factory=PositionReading)
    waiting: CallerLimit = field(default_factory=lambda: CallerLimit("requests that wait for a position", MAX_WAITING))
    _read: Signal = field(default_factory=Signal)
    _interested: Listeners = field(default_factory=Listeners)

    @contextmanager
    def interest(self) -> Iterator[None]:
        with self._interested.one_more():
            self.wake.notify()
            yield

    async def first_reading(self) -> PositionReading:
        """A reading that begins from now on."""
        return await self.reading_after(self.begun, inf)

    async def reading_after(self, number: int, deadline: float) -> PositionReading:
        """The first that has a higher number. `deadline`: an instant of the event loop's clock. Raises
        `PositionNotReached`."""
        loop = asyncio.get_running_loop()
        while True:
            known = self._read.count
            if self.latest.number > number:
                return self.latest
            if loop.time() >= deadline:
                raise PositionNotReached("X-Min-Position is not reached yet", code="not_yet")
            await self._read.wait(known, min(deadline - loop.time(), LONGEST_DELAY))

    async def run(self) -> None:
        """Reads until it is cancelled."""
        delay = FIRST_DELAY
        while True:
            await self._interested.wait()
            known = self.wake.count
            self.begun += 1
            self.latest = await self.read()
            self._read.notify()
            await self.wake.wait(known, delay)
            delay = FIRST_DELAY if self.wake.count != known else min(delay * GROWTH, LONGEST_DELAY)

    async def read(self) -> PositionReading:
        number = self.begun
        try:
            async with self.reads.connect() as tx:
                applied = await checkpoint.positions(tx, self.subscription)
                return PositionReading(number, applied, await parked.first_parked_positions(tx, self.subscription))
        except (SQLAlchemyError, OSError) as error:
            return PositionReading(number, error=error)
