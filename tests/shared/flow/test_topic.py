"""A source of events whose reader fails in ways that a real log rarely does."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.flow.log import Fetched, LogUnavailable
from shared.flow.log.postgres import PostgresLog, PostgresReader
from shared.flow.log.tables import metadata
from shared.flow.topic import TopicSource
from shared.flow.watermark import Watermark
from tests.running import within
from tests.shared.flow.stored import START, positions_of, run_of
from tests.shared.flow.test_log import SOURCE, published, source, take


@pytest_asyncio.fixture
async def log(empty_database: str) -> AsyncIterator[PostgresLog]:
    engine: AsyncEngine = create_async_engine(empty_database)
    async with engine.begin() as tx:
        await tx.exec_driver_sql("CREATE SCHEMA log")
        await tx.run_sync(metadata.create_all)
    yield PostgresLog(engine)
    await engine.dispose()


async def test_a_reader_that_does_not_deliver_what_the_log_holds_is_replaced(
    log: PostgresLog, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[int, PostgresReader] = {}
    fetch = PostgresReader.fetch

    async def deaf_at_first(self: PostgresReader, partitions: Collection[int]) -> Mapping[int, Sequence[Fetched]]:
        seen[id(self)] = self
        return {} if len(seen) == 1 else await fetch(self, partitions)

    monkeypatch.setattr(PostgresReader, "fetch", deaf_at_first)
    monkeypatch.setattr("shared.flow.topic.STALLED", 0.5)
    await published(log, topic, run_of(range(1, 101)))
    await log.set_watermark(SOURCE, Watermark(100, START))
    async with source(log, topic) as events:
        assert positions_of(await within(5, take(events, 0, 100))) == list(range(1, 101))
    assert len(seen) == 2


async def test_a_reader_that_sometimes_fails_repeats_and_loses_nothing(
    log: PostgresLog, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = PostgresReader.fetch
    calls = 0

    async def fails_often(self: PostgresReader, partitions: Collection[int]) -> Mapping[int, Sequence[Fetched]]:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise LogUnavailable("now and then")
        fetched = await fetch(self, [partition for partition in partitions if partition % 5 != calls % 5])
        few = {partition: those[:3] for partition, those in fetched.items()}
        self.offsets |= {partition: those[-1].offset + 1 for partition, those in few.items()}
        return few

    def from_the_beginning(self: TopicSource, offsets: Mapping[int, int]) -> None:
        raise AssertionError("the topic is read again from its beginning")

    monkeypatch.setattr(PostgresReader, "fetch", fails_often)
    monkeypatch.setattr(TopicSource, "seek", from_the_beginning)
    monkeypatch.setattr("shared.flow.topic.SHORTEST_RETRY", 0.01)
    await published(log, topic, run_of(range(1, 301)))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 300, limit=7)) == list(range(1, 301))


async def test_a_missing_event_above_the_watermark_is_not_a_hole(log: PostgresLog, topic: str) -> None:
    await published(log, topic, run_of([1, 3]))
    async with source(log, topic) as events:
        await take(events, 0, 1)
        assert await events.read(1, 10, 2.2) == []
        assert events.status is None
