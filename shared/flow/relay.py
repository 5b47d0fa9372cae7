"""The only publisher: committed events, in position order, from the store to the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import BigInteger, DateTime, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import continuity
from shared.flow.cancelled import raise_if_cancelled
from shared.flow.checkpoint import Fenced
from shared.flow.continuity import LogLost
from shared.flow.log import Log, LogUnavailable, Publisher, Watermark
from shared.rules.message import BEGINNING, StoredEvent
from shared.store import event_store
from shared.store.event_store import published
from shared.store.signal import Backoff, Signal

log = structlog.get_logger()
CHUNK = 2000
EVERY = 1.0
"""Seconds between watermarks."""
REST = 0.01
"""Seconds after a chunk that was not full: under load, what comes meanwhile goes with the next."""
LOST = 10.0
"""Seconds between looks whether a log that has lost events was filled again."""
CURSOR = select(published.c.position)
REWIND = update(published).values(position=0)
ADVANCE_CURSOR = (
    update(published)
    .where(published.c.position == bindparam("expected", type_=BigInteger))
    .values(position=bindparam("reached", type_=BigInteger))
)
ADVANCE_CLOCK = (
    text("UPDATE published SET clock = greatest(clock, :earliest) RETURNING clock")
    .bindparams(bindparam("earliest", type_=DateTime(timezone=True)))
    .columns(clock=DateTime(timezone=True))
)


@dataclass
class Relay:
    """Runs under the service's lease. A zombie's resend adds duplicates, which readers pass over; its compare-and-set
    of the cursor fails."""

    source: str
    topic: str
    partitions: int
    engine: AsyncEngine
    log: Log
    store_changed: Signal
    position: int = 0
    trouble: str | None = None
    """Why nothing is published, if so."""
    pause: Backoff = field(default_factory=Backoff)

    async def run(self) -> None:
        while True:
            try:
                await self.publish()
            except LogLost as error:
                raise_if_cancelled()
                self.trouble = str(error)
                log.error("log_lost", source=self.source, why=str(error))
                await asyncio.sleep(LOST)
            except LogUnavailable as error:
                raise_if_cancelled()
                self.trouble = str(error)
                log.warning("log_unavailable", source=self.source, error=str(error))
                await asyncio.sleep(0.5)

    async def publish(self) -> None:
        """From the cursor on, until the log fails; then the next call resends what was not acknowledged."""
        await self.log.create_topic(self.topic, self.partitions)
        self.position = await self.cursor()
        await continuity.check(self.engine, self.log, self.topic, self.source, self.position)
        promised = 0.0
        async with self.log.publisher(self.topic, self.source) as publisher:
            while True:
                raise_if_cancelled()
                known = self.store_changed.times
                events = await self.next_events()
                if events:
                    await self.pass_on(publisher, events)
                    await asyncio.sleep(REST if len(events) < CHUNK else 0)
                loop_time = asyncio.get_running_loop().time()
                if loop_time >= promised + EVERY:
                    await self.promise(publisher)
                    promised = loop_time
                self.trouble = None
                pause = self.pause.after(bool(events))
                if not events:
                    await self.store_changed.after(known, pause)

    async def rewind(self) -> None:
        """From here on whoever published before finds the cursor elsewhere, and stops."""
        async with self.engine.begin() as tx:
            await tx.execute(REWIND)

    async def republish(self) -> int:
        """Everything again, into a topic without a record; returns the last position. First the old watermark goes:
        over a topic that is half filled it would make readers believe in a hole. Cut off, the next relay goes on."""
        await self.log.set_watermark(self.source, Watermark(0, BEGINNING))
        await self.log.empty_topic(self.topic, self.partitions)
        self.position = 0
        async with self.log.publisher(self.topic, self.source) as publisher:
            while events := await self.next_events():
                await self.pass_on(publisher, events)
            await self.promise(publisher)
        return self.position

    async def cursor(self) -> int:
        async with self.engine.connect() as tx:
            return int((await tx.execute(CURSOR)).scalar_one())

    async def next_events(self) -> list[StoredEvent]:
        async with self.engine.connect() as tx:
            return await event_store.read_after(tx, self.position, CHUNK)

    async def pass_on(self, publisher: Publisher, events: Sequence[StoredEvent]) -> None:
        """The cursor moves after the acknowledgement: a crash between the two resends, and loses nothing."""
        await publisher.publish(events)
        reached = events[-1].position
        async with self.engine.begin() as tx:
            moved = await tx.execute(ADVANCE_CURSOR, {"expected": self.position, "reached": reached})
            if moved.rowcount != 1:
                raise Fenced(f"the relay of {self.source} is no longer at {self.position}")
        self.position = reached

    async def promise(self, publisher: Publisher) -> None:
        """Under the append lock, so that every event after the head is recorded after the clock that is told."""
        head, clock = await self.stored_promise()
        while self.position < head:
            await self.pass_on(publisher, await self.next_events())
        await self.log.set_watermark(self.source, Watermark(head, clock))

    async def stored_promise(self) -> tuple[int, datetime]:
        async with self.engine.begin() as tx:
            await event_store.lock(tx)
            head = await event_store.head(tx)
            clock = (await tx.execute(ADVANCE_CLOCK, {"earliest": head.earliest})).scalar_one()
            return head.position, clock
