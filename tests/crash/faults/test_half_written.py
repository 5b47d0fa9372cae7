"""A publisher dies in the midst of a chunk: some partitions have it, others not, or a part of it.

Readers pass over what its successor sends again."""

import random
import secrets
from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio

from shared.flow.log import LogUnavailable
from shared.flow.log.batches import BatchPublisher
from shared.flow.log.kafka import KafkaLog
from shared.rules.message import StoredEvent
from tests.crash.faults.by_arrival import ByArrival
from tests.crash.faults.road import Road, road
from tests.kafka import Broker

pytestmark = pytest.mark.kafka
CHUNKS, CHUNK = 16, 120
DYING = 0.05
"""The probability that a publisher dies at a partition."""
deliver = BatchPublisher.deliver


@pytest_asyncio.fixture
async def way(database: str, kafka: Broker) -> AsyncIterator[Road]:
    topic = f"{secrets.token_hex(4)}.events"
    async with road(database, KafkaLog(kafka.address, watermarks=f"{topic}.watermarks"), topic) as made:
        yield made


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The partitions at which publishers die: the others of the chunk may be written by then, this one is in part."""
    died, chance = list[int](), random.Random(20260302)

    async def dies_now_and_then(self: BatchPublisher, partition: int, events: Iterable[StoredEvent]) -> None:
        there = list(events)
        if chance.random() < DYING:
            died.append(partition)
            await deliver(self, partition, there[: chance.randint(1, len(there))])
            raise LogUnavailable("it dies here")
        await deliver(self, partition, there)

    monkeypatch.setattr("shared.flow.relay.CHUNK", CHUNK)
    monkeypatch.setattr(BatchPublisher, "deliver", dies_now_and_then)
    return died


async def written_and_read(way: Road) -> None:
    chance = random.Random(1)
    async with way.open():
        for _ in range(CHUNKS):
            await way.write(CHUNK, chance)
        await way.reaches(CHUNKS * CHUNK, seconds=40)


async def test_repeated_records_are_skipped(way: Road, deaths: list[int]) -> None:
    await written_and_read(way)
    found = await way.judge()
    assert len(deaths) > CHUNKS / 4
    assert await way.records() > len(way.arrived) + CHUNK
    print(f"{len(deaths)} publishers dead in the midst of a chunk: {found}")


async def test_readers_by_arrival_do_repeat(way: Road, deaths: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted."""
    monkeypatch.setattr("tests.crash.faults.road.TopicSource", ByArrival)
    await written_and_read(way)
    with pytest.raises(AssertionError, match="what arrived is not what was written"):
        await way.judge()
