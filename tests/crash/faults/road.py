"""A store, its relay, a log, and a reader at the other end: what comes out must be what went in."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.verifying.log_copy import LogComparison, compare_with_log
from shared.flow.log import Log, Publisher
from shared.flow.relay import ADVANCE_CURSOR, Relay
from shared.flow.topic import TopicSource
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import StoredEvent
from shared.store import engines, event_store
from shared.store.handler import handle
from shared.store.signal import Signal
from tests.running import eventually
from tests.shared.tally import Add, request

SOURCE, PARTITIONS, STREAMS = "pipeline", 12, 40


@dataclass
class Road:
    """`arrived`: what the reader was given, in the order in which it was."""

    store: AsyncEngine
    log: Log
    topic: str
    arrived: list[StoredEvent] = field(default_factory=list)
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(SOURCE, self.topic, PARTITIONS, self.store, self.log, Signal())

    async def write(self, number: int, chance: random.Random) -> int:
        """Returns the last position."""
        write_requests = [request(str(chance.randrange(STREAMS)), Add(n=1)) for _ in range(number)]
        async with self.store.begin() as tx:
            await handle(tx, ClockAndIds(), write_requests)
            last = await event_store.position(tx)
        self.relay.store_changed.notify()
        return last

    async def read(self) -> None:
        source = TopicSource(self.log, self.topic, SOURCE)
        try:
            while True:
                last = self.arrived[-1].position if self.arrived else 0
                self.arrived += await source.read(last, 500, 0.25)
        finally:
            await source.aclose()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While relay and reader are at work; what ends them for good fails the test."""
        async with asyncio.TaskGroup() as tasks:
            both = [tasks.create_task(self.relay.run()), tasks.create_task(self.read())]
            yield
            for task in both:
                task.cancel()

    async def reaches(self, position: int, *, seconds: float = 20) -> None:
        """Waits until this position has arrived at the far end."""

        async def there() -> bool:
            return len(self.arrived) >= position

        await eventually(there, seconds=seconds)

    async def stored(self) -> list[StoredEvent]:
        async with self.store.connect() as tx:
            return await event_store.read_after(tx, 0, 1_000_000)

    async def is_in_trouble(self) -> bool:
        return self.relay.failure is not None

    async def judge(self) -> str:
        """0 lost, 0 twice, 0 reordered at the reader; and the log itself is the store's, but for repetitions."""
        stored, comparison = await self.stored(), LogComparison()
        assert self.arrived == stored, "what arrived is not what was written"
        comparison.add_stored(stored)
        await compare_with_log(self.log, self.topic, comparison)
        assert [*comparison.findings, *comparison.missing_events(await self.relay.cursor())] == []
        return f"{len(stored)} events, {await self.records() - len(stored)} sent again, 0 lost, 0 reordered"

    async def records(self) -> int:
        async with self.log.reader(self.topic, {}) as reader:
            return sum((await reader.ends()).values())


@asynccontextmanager
async def road(database: str, log: Log, topic: str) -> AsyncIterator[Road]:
    store = engines.writer(database, SOURCE, connections=4)
    try:
        yield Road(store, log, topic)
    finally:
        await log.close()
        await store.dispose()


async def cursor_first(relay: Relay, publisher: Publisher, events: Sequence[StoredEvent]) -> None:
    """A fault to be planted: the cursor moves before the log has acknowledged."""
    async with relay.engine.begin() as tx:
        await tx.execute(ADVANCE_CURSOR, {"expected": relay.position, "position": events[-1].position})
    relay.position = events[-1].position
    await publisher.publish(events)
