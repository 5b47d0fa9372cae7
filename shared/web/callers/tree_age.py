"""The age of a service's copy of the organisation, by the watermarks of the service that owns it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint
from shared.flow.watermark import Watermark
from shared.store import event_store
from shared.store.isolation import with_isolation
from shared.store.signal import Signal

log = structlog.get_logger()
LONGEST_AGE = 60.0
"""Seconds. Confined callers are refused while the copy may be older."""
INTERVAL = 1.0
"""Seconds between two looks: as often as the owner renews its watermark."""
FIRST_WAIT = 2.0
"""Seconds for which a request waits when it is not known yet how old the copy is."""
MAX_AWAITED = 100
"""Watermarks whose positions the copy has not reached yet."""


@dataclass
class TreeAge:
    """The age is counted from the clock of the last watermark whose position the copy has reached: from then on it may
    be outdated. `find_watermark`: the owner's last one; None while it cannot be known."""

    reads: AsyncEngine
    subscription: str
    source: str
    find_watermark: Callable[[], Awaitable[Watermark | None]]
    applied: int | None = None
    """The last position of the source in the copy; None: not looked yet."""
    awaited: deque[Watermark] = field(default_factory=lambda: deque(maxlen=MAX_AWAITED))
    complete_at: float | None = None
    """The instant until which the copy is certainly complete, on the event loop's clock."""
    looked: Signal = field(default_factory=Signal)

    def seconds(self) -> float | None:
        """The age; None while the copy was never proved complete."""
        return None if self.complete_at is None else max(0.0, asyncio.get_running_loop().time() - self.complete_at)

    async def wait_until_known(self) -> None:
        """Returns when the age is known, or a new look finds that there is nothing to know, and at the latest after
        `FIRST_WAIT`."""
        loop = asyncio.get_running_loop()
        deadline, looked = loop.time() + FIRST_WAIT, self.looked.count
        while self.complete_at is None and loop.time() < deadline:
            if self.applied == 0 and self.looked.count != looked:
                return
            await self.looked.wait(self.looked.count, deadline - loop.time())

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("organisation_age_unknown", error=type(error).__name__)
            self.looked.notify()
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        watermark = await self.find_watermark()
        if watermark is not None:
            self.awaited.append(watermark)
        async with with_isolation(self.reads, "AUTOCOMMIT").connect() as tx:
            self.applied = (await checkpoint.positions(tx, self.subscription)).get(self.source, 0)
            now = await database_clock(tx)
        while self.awaited and self.awaited[0].position <= self.applied:
            age = (now - self.awaited.popleft().clock).total_seconds()
            complete_at = asyncio.get_running_loop().time() - age
            self.complete_at = complete_at if self.complete_at is None else max(complete_at, self.complete_at)


async def database_clock(tx: AsyncConnection) -> datetime:
    now: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def own_watermark(reads: AsyncEngine) -> Watermark:
    """A watermark of the service's own store. An event that is just being written may be recorded a little before its
    clock."""
    async with with_isolation(reads, "AUTOCOMMIT").connect() as tx:
        clock = await database_clock(tx)
        return Watermark(await event_store.position(tx), clock)
