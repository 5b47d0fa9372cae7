"""Properties of the embedded log alone: locks, and tables that can be damaged."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.flow.log import LogUnavailable
from shared.flow.log.growth import LONGEST_DELAY, SHORTEST_DELAY
from shared.flow.log.postgres import PostgresLog
from shared.flow.log.tables import CREATE_PARTITIONS, metadata, records, topics
from shared.flow.topic import Hole
from shared.flow.watermark import Watermark
from tests.running import within
from tests.shared.flow.stored import START, positions_of, run_of, stored
from tests.shared.flow.test_log import PARTITIONS, SOURCE, published, source, take


@pytest_asyncio.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(empty_database)
    async with engine.begin() as tx:
        await tx.exec_driver_sql("CREATE SCHEMA log")
        await tx.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
def log(engine: AsyncEngine) -> PostgresLog:
    return PostgresLog(engine)


async def test_data_is_kept_to_the_letter(engine: AsyncEngine, log: PostgresLog, topic: str) -> None:
    odd = '{"b" :  1.50,"a":1e2, "a":"\\u00e9"}'
    await published(log, topic, [stored(1, data=odd)])
    async with engine.connect() as tx:
        assert (await tx.execute(select(records.c.data))).scalar_one() == odd


async def test_a_deleted_record_is_a_hole(engine: AsyncEngine, log: PostgresLog, topic: str) -> None:
    await published(log, topic, run_of(range(1, 51)))
    await log.set_watermark(SOURCE, Watermark(50, START))
    async with engine.begin() as tx:
        await tx.execute(delete(records).where(records.c.position == 33))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 32)) == list(range(1, 33))
        with pytest.raises(Hole, match="position 33"):
            await events.read(32, 500, 20)


async def test_partitions_that_are_added_to_a_topic_are_read_too(
    engine: AsyncEngine, log: PostgresLog, topic: str
) -> None:
    await published(log, topic, run_of(range(1, 11)), partitions=2)
    async with source(log, topic) as events:
        await take(events, 0, 10)
        async with engine.begin() as tx:
            await tx.execute(update(topics).values(partitions=7))
            await tx.execute(CREATE_PARTITIONS, {"topic": topic})
        await published(log, topic, run_of(range(11, 101)))
        await log.set_watermark(SOURCE, Watermark(100, START))
        assert positions_of(await take(events, 10, 90)) == list(range(11, 101))


async def test_offsets_stay_gapless_when_a_zombie_publishes_at_the_same_time(
    engine: AsyncEngine, log: PostgresLog, topic: str
) -> None:
    await log.create_topic(topic, PARTITIONS)
    sent = run_of(range(1, 201))

    async def publish() -> None:
        async with log.publisher(topic, SOURCE) as publisher:
            for start in range(0, 200, 10):
                await publisher.publish(sent[start : start + 10])

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(publish())
    async with engine.connect() as tx:
        rows = (await tx.execute(select(records.c.partition, records.c.record_offset))).all()
    by_partition = {each: sorted(row.record_offset for row in rows if row.partition == each) for each in range(12)}
    assert all(offsets == list(range(len(offsets))) for offsets in by_partition.values())
    async with source(log, topic) as events:
        assert await take(events, 0, 200) == sent


async def test_a_server_that_does_not_answer_is_unavailable_in_bounded_time(
    engine: AsyncEngine, log: PostgresLog, topic: str
) -> None:
    await published(log, topic, run_of([1]))
    async with engine.begin() as frozen, log.publisher(topic, SOURCE) as publisher:
        await frozen.execute(text("LOCK TABLE log.records"))
        with pytest.raises(LogUnavailable, match="no answer"):
            await within(6, publisher.publish(run_of([2])))
    await published(log, topic, run_of([2]))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 2)) == [1, 2]


async def test_publishing_wakes_the_readers_of_the_process_at_once(
    log: PostgresLog, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for delay in ("SHORTEST_DELAY", "LONGEST_DELAY"):
        monkeypatch.setattr(f"shared.flow.log.growth.{delay}", 30)
    await log.create_topic(topic, 1)
    async with log.reader(topic, {}) as reader:
        reading = asyncio.create_task(reader.read(reader.partitions, 20))
        await published(log, topic, run_of([1]), partitions=1)
        assert positions_of(each.event for each in (await within(5, reading))[0]) == [1]


async def test_a_reader_is_woken_by_what_another_process_publishes(
    engine: AsyncEngine, log: PostgresLog, topic: str
) -> None:
    await log.create_topic(topic, 1)
    async with log.reader(topic, {}) as reader:
        assert not await reader.read(reader.partitions, 0)
        reading = asyncio.create_task(reader.read(reader.partitions, 20))
        await published(PostgresLog(engine), topic, run_of([1]), partitions=1)
        assert positions_of(each.event for each in (await within(4, reading))[0]) == [1]


async def test_the_log_is_looked_at_less_and_less_often_until_something_comes(log: PostgresLog, topic: str) -> None:
    await log.create_topic(topic, PARTITIONS)
    delays = []
    for _ in range(7):
        await log.growth.look()
        delays.append(log.growth.delay)
    assert delays == [0.01, 0.02, 0.04, 0.08, 0.16, LONGEST_DELAY, LONGEST_DELAY]
    await published(log, topic, [stored(1)])
    await log.growth.look()
    assert log.growth.delay == SHORTEST_DELAY
