"""The relay publishes committed events from the store to the log, in position order. Nothing else publishes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import BigInteger, DateTime, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import continuity
from shared.flow.checkpoint import Fenced
from shared.flow.continuity import LogLost
from shared.flow.log import Log, LogUnavailable, Publisher
from shared.flow.watermark import Watermark
from shared.rules.message import BEGINNING, StoredEvent
from shared.store import event_store
from shared.store.cancellation import raise_if_cancelled
from shared.store.event_store import published
from shared.store.isolation import with_isolation
from shared.store.signal import Signal

log = structlog.get_logger()
CHUNK = 2000
WATERMARK_INTERVAL = 1.0
"""Seconds between watermarks."""
PAUSE = 0.01
"""Seconds after a chunk that was not full: under load, the events of the pause are published together."""
RETRY_SECONDS = 0.5
LOST_RETRY_SECONDS = 10.0
"""Seconds between checks whether a log that lost events was filled again."""
CURSOR = select(published.c.position)
REWIND = update(published).values(position=0)
ADVANCE_CURSOR = (
    update(published)
    .where(published.c.position == bindparam("expected", type_=BigInteger))
    .values(position=bindparam("position", type_=BigInteger))
)
ADVANCE_CLOCK = (
    text("UPDATE published SET clock = greatest(clock, :earliest) RETURNING clock")
    .bindparams(bindparam("earliest", type_=DateTime(timezone=True)))
    .columns(clock=DateTime(timezone=True))
)


@dataclass
class Relay:
    """Runs under the service's lease. A process that lost the lease unnoticed only adds duplicates, which readers pass
    over: its compare-and-set of the cursor fails."""

    source: str
    topic: str
    partitions: int
    engine: AsyncEngine
    log: Log
    store_changed: Signal
    position: int = 0
    failure: str | None = None
    """Why nothing is published at present, if so."""

    async def run(self) -> None:
        while True:
            try:
                await self.publish()
            except LogLost as error:
                raise_if_cancelled()
                self.failure = str(error)
                log.error("log_lost", source=self.source, why=str(error))
                await asyncio.sleep(LOST_RETRY_SECONDS)
            except LogUnavailable as error:
                raise_if_cancelled()
                self.failure = str(error)
                log.warning("log_unavailable", source=self.source, error=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def publish(self) -> None:
        """Publishes from the cursor on, until the log fails. The next call resends what was not acknowledged."""
        await self.log.create_topic(self.topic, self.partitions)
        self.position = await self.cursor()
        await continuity.check(self.engine, self.log, self.topic, self.source, self.position)
        last_watermark = 0.0
        async with self.log.publisher(self.topic, self.source) as publisher:
            while True:
                raise_if_cancelled()
                known = self.store_changed.count
                events = await self.next_events()
                if events:
                    await self.publish_events(publisher, events)
                    await asyncio.sleep(PAUSE if len(events) < CHUNK else 0)
                now = asyncio.get_running_loop().time()
                if now >= last_watermark + WATERMARK_INTERVAL:
                    await self.publish_watermark(publisher)
                    last_watermark = now
                self.failure = None
                if not events:
                    await self.store_changed.wait(known, last_watermark + WATERMARK_INTERVAL - now)

    async def rewind(self) -> None:
        """A relay that is still running finds the cursor elsewhere, and stops."""
        async with self.engine.begin() as tx:
            await tx.execute(REWIND)

    async def republish(self) -> int:
        """Publishes all events again, into an emptied topic; returns the last position. The old watermark is reset
        first: readers of a half-filled topic would take the rest for lost. If this is interrupted, the next relay
        continues."""
        await self.log.set_watermark(self.source, Watermark(0, BEGINNING))
        await self.log.empty_topic(self.topic, self.partitions)
        self.position = 0
        async with self.log.publisher(self.topic, self.source) as publisher:
            while events := await self.next_events():
                await self.publish_events(publisher, events)
            await self.publish_watermark(publisher)
        return self.position

    async def cursor(self) -> int:
        async with self.engine.connect() as tx:
            return int((await tx.execute(CURSOR)).scalar_one())

    async def next_events(self) -> list[StoredEvent]:
        async with with_isolation(self.engine, "AUTOCOMMIT").connect() as tx:
            return await event_store.read_after(tx, self.position, CHUNK)

    async def publish_events(self, publisher: Publisher, events: Sequence[StoredEvent]) -> None:
        """The cursor advances after the acknowledgement: after a crash between the two, events are sent again."""
        await publisher.publish(events)
        position = events[-1].position
        async with self.engine.begin() as tx:
            moved = await tx.execute(ADVANCE_CURSOR, {"expected": self.position, "position": position})
            if moved.rowcount != 1:
                raise Fenced(f"the relay of {self.source} is no longer at {self.position}")
        self.position = position

    async def publish_watermark(self, publisher: Publisher) -> None:
        position, clock = await self.store_watermark()
        while self.position < position:
            await self.publish_events(publisher, await self.next_events())
        await self.log.set_watermark(self.source, Watermark(position, clock))

    async def store_watermark(self) -> tuple[int, datetime]:
        """The head's position, and a clock after which all later events will be recorded. Under the append lock, so
        that no event is recorded in between."""
        async with self.engine.begin() as tx:
            await event_store.lock(tx)
            head = await event_store.head(tx)
            clock = (await tx.execute(ADVANCE_CLOCK, {"earliest": head.earliest})).scalar_one()
            return head.position, clock
