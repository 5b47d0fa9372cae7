"""A log that lost a record, or has one where it does not belong: consumers stop before it, loudly, or put it right.

On Kafka a record in the midst of a partition cannot be deleted: there the topic is made anew without it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import text

from shared.flow.log import Log, partition_of
from shared.flow.log.kafka import KafkaLog
from shared.flow.relay import Relay
from shared.rules.message import StoredEvent
from shared.run.service import Service
from shared.store import engines, event_store
from shared.store.signal import Signal
from tests.crash.faults.by_arrival import ByArrival
from tests.journeys.conftest import on_topics_of_its_own
from tests.kafka import Broker
from tests.running import connected, eventually, running_services
from tests.shared.run.test_worker import totals, write
from tests.shared.tally import FOLLOWING_SERVICE, TALLY_SERVICE

EVENTS, MISSING, PARTITIONS = 60, 30, 12
STREAMS = 7


@dataclass
class Pair:
    """A teller and its listener, on a log that can be damaged while they do not run."""

    database: str
    log: Log
    teller: Service
    listener: Service

    @asynccontextmanager
    async def events_written(self, number: int = EVENTS) -> AsyncIterator[None]:
        """Writes so many events to the log, below its watermark; no process runs."""
        async with running_services(self.database, [self.teller], log=self.log):
            await write(self.database, "pipeline", *((f"t{n % STREAMS}", 1) for n in range(number)))
            await eventually(lambda: self.promised(number))
        yield

    async def promised(self, position: int) -> bool:
        watermark = await self.log.watermark("pipeline")
        return watermark is not None and watermark.position >= position

    async def stored(self) -> list[StoredEvent]:
        async with connected(self.database, search_path="pipeline") as store, store.connect() as tx:
            return await event_store.read_after(tx, 0, 10_000)

    async def made_anew(self, events: Sequence[StoredEvent]) -> None:
        """The topic has these, in this order."""
        await self.log.empty_topic(self.teller.topic, PARTITIONS)
        async with self.log.publisher(self.teller.topic, "pipeline") as publisher:
            for event in events:
                await publisher.publish([event])

    async def republished(self) -> None:
        engine = engines.writer(self.database, "pipeline", connections=2)
        relay = Relay("pipeline", self.teller.topic, PARTITIONS, engine, self.log, Signal())
        await relay.rewind()
        await relay.republish()
        await engine.dispose()

    def both(self) -> Any:
        return running_services(self.database, [self.teller, self.listener], log=self.log)

    async def received(self) -> list[UUID]:
        """The events that the listener reacted to, in the order in which it did."""
        query = text("SELECT causation_id FROM events WHERE causation_id IS NOT NULL ORDER BY position")
        async with connected(self.database, search_path="forecast") as store, store.connect() as tx:
            return list((await tx.execute(query)).scalars())

    async def applied(self) -> int:
        return sum(times for _, times in (await totals(self.database, self.listener.read_models)).values())


@pytest_asyncio.fixture
async def pair(database: str, log: Log) -> Pair:
    teller, listener = on_topics_of_its_own((TALLY_SERVICE, FOLLOWING_SERVICE))
    return Pair(database, log, teller, listener)


async def stopped(api: httpx.AsyncClient) -> Mapping[str, str] | None:
    """The reasons for which both consumers of the listener stopped."""
    answer = await api.get("/forecast/readyz")
    found = {name: detail["why"] for name, detail in answer.json()["details"].items() if name.startswith("consumer")}
    if len(found) < 2:
        return None
    assert answer.status_code == 503
    return found


async def stops_before(pair: Pair, missing: int) -> None:
    """Both consumers of the listener; and the teller goes on."""
    async with pair.both() as api:
        why = await eventually(lambda: stopped(api))
        assert all(f"no event at position {missing}" in each for each in why.values()), why
        await write(pair.database, "pipeline", ("t0", 1))
        assert (await api.get("/pipeline/readyz")).status_code == 200
        await passed_nothing(pair, missing)


async def passed_nothing(pair: Pair, missing: int) -> None:
    before = [event.event_id for event in (await pair.stored())[: missing - 1]]
    assert await pair.received() == before, "something was applied past the hole"
    assert await pair.applied() == len(before), "something was applied past the hole"


async def goes_on_when_filled(pair: Pair) -> int:
    await pair.republished()
    expected = [event.event_id for event in await pair.stored()]

    async def all_received() -> bool:
        return await pair.received() == expected and await pair.applied() == len(expected)

    async with pair.both() as api:
        await eventually(all_received)
        assert (await api.get("/forecast/readyz")).status_code == 200
    return len(expected)


async def test_a_record_that_is_gone_stops_its_consumers_before_it(pair: Pair) -> None:
    async with pair.events_written():
        await pair.made_anew([event for event in await pair.stored() if event.position != MISSING])
    await stops_before(pair, MISSING)
    again = await goes_on_when_filled(pair)
    print(f"record {MISSING} of {EVENTS} gone: {MISSING - 1} applied, then a stop that names it; {again} when filled")


async def test_a_partition_without_its_beginning_is_a_hole_too(pair: Pair, request: pytest.FixtureRequest) -> None:
    async with pair.events_written():
        chosen = (await pair.stored())[MISSING - 1].stream
        first = min(event.position for event in await pair.stored() if is_beside(event, chosen))
        if isinstance(pair.log, KafkaLog):
            cut_on_kafka(request.getfixturevalue("kafka"), pair.teller.topic, partition_of(chosen, PARTITIONS))
        else:
            await cut_in_postgres(pair, partition_of(chosen, PARTITIONS))
    await stops_before(pair, first)


def is_beside(event: StoredEvent, stream: str) -> bool:
    return partition_of(event.stream, PARTITIONS) == partition_of(stream, PARTITIONS)


def cut_on_kafka(kafka: Broker, topic: str, partition: int) -> None:
    """Deletes its first two records."""
    place = TopicPartition(topic, partition, 2)
    admin = AdminClient({"bootstrap.servers": kafka.address})
    (deleted,) = admin.delete_records([place]).values()
    assert deleted.result(10).low_watermark == 2


async def cut_in_postgres(pair: Pair, partition: int) -> None:
    where = {"topic": pair.teller.topic, "partition": partition}
    query = text("DELETE FROM log.records WHERE topic = :topic AND partition = :partition AND record_offset < 2")
    async with connected(pair.database) as engine, engine.begin() as tx:
        await tx.execute(query, where)


async def test_readers_by_arrival_do_go_on_past_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted."""
    monkeypatch.setattr("shared.run.worker.TopicSource", ByArrival)
    async with pair.events_written():
        await pair.made_anew([event for event in await pair.stored() if event.position != MISSING])
    async with pair.both():
        await eventually(pair.received)
        with pytest.raises(AssertionError, match="past the hole"):
            await passed_nothing(pair, MISSING)


async def test_a_record_that_comes_too_late_is_applied_in_its_turn(pair: Pair) -> None:
    async with pair.events_written():
        events = await pair.stored()
        await pair.made_anew([*(each for each in events if each.position != MISSING), events[MISSING - 1]])

    async def all_received() -> bool:
        return len(await pair.received()) >= EVENTS and await pair.applied() == EVENTS

    async with pair.both() as api:
        await eventually(all_received)
        assert await pair.received() == [event.event_id for event in events]
        assert (await api.get("/forecast/readyz")).status_code == 200
    print(f"record {MISSING} of {EVENTS} at the end of its partition: all applied once, in the order of positions")
