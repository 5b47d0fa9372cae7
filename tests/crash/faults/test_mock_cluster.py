"""Brokers that answer wrongly, out of order, late or not at all; leaders that move: nothing is lost or reordered.

What the mock cluster can do of this and what not, its module says. Faults of coordinators reach us only where a
producer asks for its id: our readers are in no group, and there are no transactions."""

import random
from collections.abc import Callable, Iterator, Mapping

import pytest

from shared.flow.relay import Relay
from tests.crash.faults.mock_kafka import (
    BROKERS,
    DROP,
    FETCH,
    INIT_PRODUCER,
    LIST_OFFSETS,
    METADATA,
    PRODUCE,
    LogOnMock,
    MockKafka,
    mock_kafka,
)
from tests.crash.faults.road import PARTITIONS, Road, cursor_first, road
from tests.running import eventually

TOPIC = "events"
WRITTEN = 60
"""Events under each fault."""
Fault = Callable[[MockKafka, random.Random], None]


def failing(kind: int, *errors: int, needs: int | None = None) -> Fault:
    """`needs`: an error of a produce request, without which nobody would send a request of this kind."""

    def fault(kafka: MockKafka, chance: random.Random) -> None:
        kafka.fail(kind, errors)
        if needs is not None:
            kafka.fail(PRODUCE, [needs])

    return fault


def leaders_move(kafka: MockKafka, chance: random.Random) -> None:
    for partition in range(PARTITIONS):
        kafka.lead(TOPIC, partition, chance.randint(1, BROKERS))


def broker_is_lost(kafka: MockKafka, chance: random.Random) -> None:
    gone = chance.randint(1, BROKERS)
    kafka.down(gone)
    for partition in range(PARTITIONS):
        kafka.lead(TOPIC, partition, gone % BROKERS + 1)
    kafka.lead("watermarks", 0, gone % BROKERS + 1)


def broker_is_late(kafka: MockKafka, chance: random.Random) -> None:
    """Writes what it is sent, and says so after everybody has given up: half of the chunk is acknowledged."""
    kafka.slow(chance.randint(1, BROKERS), 4_000)


FAULTS: Mapping[str, Fault] = {
    "produce: out of order sequence": failing(PRODUCE, 45),
    "produce: unknown producer id": failing(PRODUCE, 59),
    "produce: fenced epoch": failing(PRODUCE, 47),
    "produce: not the leader, again and again": failing(PRODUCE, 6, 6, 6, 6),
    "produce: too few replicas": failing(PRODUCE, 19, 20, 19),
    "produce: timed out": failing(PRODUCE, 7, 7),
    "produce: corrupt": failing(PRODUCE, 2),
    "produce: disk error": failing(PRODUCE, 56),
    "produce: connection dropped": failing(PRODUCE, DROP, DROP),
    "producer id: coordinator not available, loading, moved": failing(INIT_PRODUCER, 15, 14, 16, needs=45),
    "fetch: not the leader": failing(FETCH, 6, 6),
    "fetch: offset out of range": failing(FETCH, 1),
    "fetch: fenced leader epoch": failing(FETCH, 74),
    "fetch: connection dropped": failing(FETCH, DROP, DROP, DROP),
    "offsets: leader not available": failing(LIST_OFFSETS, 5, 5, needs=45),
    "metadata: leader not available": failing(METADATA, 5, 5, needs=6),
    "metadata: connection dropped": failing(METADATA, DROP, DROP, needs=6),
    "leaders move": leaders_move,
    "a broker is lost, others lead": broker_is_lost,
    "a broker is late": broker_is_late,
}


@pytest.fixture
def kafka() -> Iterator[MockKafka]:
    with mock_kafka() as cluster:
        cluster.create({TOPIC: PARTITIONS, "watermarks": 1})
        yield cluster


async def suffered(way: Road, kafka: MockKafka, name: str, chance: random.Random) -> None:
    """Waits until the events of the fault's time have arrived, or their relay has given up."""
    await way.reaches(await way.write(WRITTEN, chance))
    FAULTS[name](kafka, chance)
    last = await way.write(WRITTEN, chance)

    async def felt() -> bool:
        return len(way.arrived) >= last or await way.is_in_trouble()

    await eventually(felt)
    kafka.be_well()
    await way.reaches(last)


@pytest.mark.timeout(180)
async def test_nothing_is_lost_or_reordered_whatever_brokers_answer(database: str, kafka: MockKafka) -> None:
    chance = random.Random(20260302)
    names = [*FAULTS, "produce: out of order sequence", "leaders move"]
    chance.shuffle(names)
    async with road(database, LogOnMock(kafka.address, watermarks="watermarks"), TOPIC) as way:
        async with way.open():
            for name in names:
                await suffered(way, kafka, name, chance)
        print(f"{len(names)} faults of {len(FAULTS)} kinds: {await way.judge()}")


async def test_a_cursor_moved_before_the_acknowledgement_does_lose_events(
    database: str, kafka: MockKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted."""
    monkeypatch.setattr(Relay, "publish_events", cursor_first)
    chance = random.Random(1)
    async with road(database, LogOnMock(kafka.address, watermarks="watermarks"), TOPIC) as way, way.open():
        await way.reaches(await way.write(WRITTEN, chance))
        kafka.fail(PRODUCE, [45] * BROKERS)
        last = await way.write(WRITTEN, chance)
        await eventually(way.is_in_trouble)
        with pytest.raises(AssertionError, match="did not become true"):
            await way.reaches(last, seconds=5)
