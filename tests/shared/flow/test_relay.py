"""The relay publishes in order and at least once, and its watermarks hold."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.checkpoint import Fenced
from shared.flow.log import Log, LogUnavailable
from shared.flow.log.postgres import PostgresLog, PostgresPublisher
from shared.flow.relay import Relay
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import StoredEvent
from shared.store import engines, event_store
from shared.store.handler import handle
from shared.store.signal import Signal
from tests.running import embedded_log, eventually, within
from tests.shared.tally import Add, request

TOPIC = "funnelcast.pipeline.v1"


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    made = engines.writer(database, "pipeline", connections=8)
    try:
        yield made
    finally:
        await made.dispose()


@pytest_asyncio.fixture
async def log(database: str, engine: AsyncEngine) -> AsyncIterator[PostgresLog]:
    async with embedded_log(database) as made:
        yield made


def relay(engine: AsyncEngine, log: Log) -> Relay:
    return Relay("pipeline", TOPIC, 12, engine, log, Signal())


async def write(engine: AsyncEngine, count: int) -> None:
    async with engine.begin() as tx:
        await handle(tx, ClockAndIds(), [request(f"t{n % 5}", Add(n=1)) for n in range(count)])


async def records(engine: AsyncEngine) -> list[int]:
    """Positions in the log, in the order in which each partition has them."""
    async with engine.connect() as tx:
        query = text("SELECT position FROM log.records ORDER BY partition, record_offset")
        return list((await tx.execute(query)).scalars())


async def relayed(engine: AsyncEngine, log: Log, position: int) -> None:
    """Runs a relay until its cursor has come so far."""
    one = relay(engine, log)
    running = asyncio.ensure_future(one.run())
    try:
        await eventually(lambda: at(one, position))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def at(one: Relay, position: int) -> bool:
    return await one.cursor() == position


async def test_all_events_are_published_once_and_in_order_within_a_key(engine: AsyncEngine, log: PostgresLog) -> None:
    await write(engine, 40)
    await relayed(engine, log, 40)
    await write(engine, 10)
    await relayed(engine, log, 50)
    assert sorted(await records(engine)) == list(range(1, 51))
    async with engine.connect() as tx:
        query = text("SELECT stream, version FROM log.records ORDER BY partition, record_offset")
        versions: dict[str, int] = {}
        for stream, version in await tx.execute(query):
            assert version == versions.get(stream, 0) + 1
            versions[stream] = version


async def test_a_lost_acknowledgement_resends_and_loses_nothing(
    engine: AsyncEngine, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, losses = PostgresPublisher.publish, ["the acknowledgement was lost"]

    async def lossy(publisher: PostgresPublisher, events: Sequence[StoredEvent]) -> None:
        await publish(publisher, events)
        if losses:
            raise LogUnavailable(losses.pop())

    monkeypatch.setattr(PostgresPublisher, "publish", lossy)
    await write(engine, 10)
    await relayed(engine, log, 10)
    assert sorted(await records(engine)) == sorted([*range(1, 11)] * 2)


async def test_a_relay_that_was_overtaken_is_fenced(engine: AsyncEngine, log: PostgresLog) -> None:
    await write(engine, 5)
    zombie = relay(engine, log)
    await log.create_topic(TOPIC, 12)
    late = await zombie.next_events()
    await relayed(engine, log, 5)
    async with log.publisher(TOPIC, "pipeline") as publisher:
        with pytest.raises(Fenced):
            await zombie.publish_events(publisher, late)


async def test_after_a_watermark_nothing_is_recorded_at_or_before_its_clock(
    engine: AsyncEngine, log: PostgresLog
) -> None:
    await write(engine, 3)
    running = asyncio.ensure_future(relay(engine, log).run())
    watermark = await eventually(lambda: log.watermark("pipeline"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await write(engine, 2)
    async with engine.connect() as tx:
        events = await event_store.read_after(tx, 0, 100)
    assert all((event.recorded_at <= watermark.clock) == (event.position <= watermark.position) for event in events)


async def test_a_cancellation_that_the_log_swallowed_ends_the_relay(
    engine: AsyncEngine, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a client does that takes it for the end of its own waiting. Who lost the lease must not go on without it."""
    publish, publishing = PostgresPublisher.publish, asyncio.Event()

    async def swallowing(self: PostgresPublisher, events: Sequence[StoredEvent]) -> None:
        publishing.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await publish(self, events)

    monkeypatch.setattr(PostgresPublisher, "publish", swallowing)
    await write(engine, 3)
    running = asyncio.ensure_future(relay(engine, log).run())
    await within(5, publishing.wait())
    running.cancel()
    await asyncio.wait([running], timeout=5)
    assert running.cancelled()
