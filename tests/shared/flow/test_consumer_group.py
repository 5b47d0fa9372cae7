"""A consumer group of librdkafka on a topic of ours: members join, leave and freeze, and no event is lost."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from confluent_kafka import Consumer, KafkaException

from shared.flow.log.kafka import KafkaLog
from tests.kafka import Broker
from tests.running import eventually
from tests.shared.flow.stored import run_of, stored
from tests.shared.flow.test_log import PARTITIONS, published

pytestmark = pytest.mark.kafka
SOON = 3_000
"""Milliseconds after which the group does without a member that is silent."""
BATCH = 20
PHASE = 1_000
"""Events."""


@dataclass
class Member:
    """Commits what it has heard, batch by batch. A frozen one has heard a batch, and neither commits nor leaves."""

    group: "Group"
    consumer: Consumer
    leaves: Event = field(default_factory=Event)
    freezes: Event = field(default_factory=Event)
    assigned: int = 0

    def run(self) -> None:
        while not self.leaves.is_set():
            heard = [record for record in self.consumer.consume(BATCH, 0.1) if record.error() is None]
            self.assigned = len(self.consumer.assignment())
            for record in heard:
                position = dict(record.headers() or [])["ce_position"]
                assert isinstance(position, bytes)
                self.group.heard.append(int(position))
            if self.freezes.is_set() and heard:
                return
            with suppress(KafkaException):  # of partitions that another member has by now, and hears again
                if heard:
                    self.consumer.commit(asynchronous=False)
        self.consumer.close()


@dataclass
class Group:
    broker: Broker
    topic: str
    strategy: str
    heard: list[int] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)

    def join(self) -> Member:
        settings = {
            "bootstrap.servers": self.broker.address,
            "group.id": self.topic,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "partition.assignment.strategy": self.strategy,
            "session.timeout.ms": SOON,
            "max.poll.interval.ms": SOON,
            "heartbeat.interval.ms": 300,
        }
        member = Member(self, Consumer(settings))
        member.consumer.subscribe([self.topic])
        thread = Thread(target=member.run)
        thread.start()
        self.members.append(member)
        self.threads.append(thread)
        return member

    async def has_heard(self, amount: int) -> None:
        async def enough() -> bool:
            return len(set(self.heard)) >= amount

        await eventually(enough)

    def end(self) -> None:
        for member, thread in zip(self.members, self.threads, strict=True):
            member.leaves.set()
            thread.join()
            if member.freezes.is_set():
                member.consumer.close()


@contextmanager
def group_of(broker: Broker, topic: str, strategy: str) -> Iterator[Group]:
    group = Group(broker, topic, strategy)
    try:
        yield group
    finally:
        group.end()


async def shared_by(*members: Member) -> None:
    async def have_all() -> bool:
        return all(each.assigned for each in members) and sum(each.assigned for each in members) == PARTITIONS

    await eventually(have_all)


@pytest.mark.parametrize("strategy", ["range", "cooperative-sticky"])
async def test_a_group_that_rebalances_hears_every_event_in_order(kafka: Broker, topic: str, strategy: str) -> None:
    """Two members, a third, one freezes with a batch that it did not commit, one leaves."""
    log = KafkaLog(kafka.address, watermarks=f"{topic}.watermarks")
    phases = [run_of(range(start + 1, start + PHASE + 1)) for start in range(0, 4 * PHASE, PHASE)]
    await published(log, topic, phases[0])
    with group_of(kafka, topic, strategy) as group:
        first, second = group.join(), group.join()
        await shared_by(first, second)
        third = group.join()
        await published(log, topic, phases[1])
        await shared_by(first, second, third)
        first.freezes.set()
        await published(log, topic, phases[2])
        await asyncio.to_thread(group.threads[0].join)
        await shared_by(second, third)
        second.leaves.set()
        await published(log, topic, phases[3])
        await shared_by(third)
        await group.has_heard(4 * PHASE)
    await log.close()
    assert set(group.heard) == set(range(1, 4 * PHASE + 1))
    assert len(group.heard) > 4 * PHASE, "what the frozen member did not commit came again"
    check_order(group.heard)


def check_order(heard: list[int]) -> None:
    """Checks that no event of a stream was applied for the first time before an earlier one."""
    last: dict[str, int] = {}
    for position in dict.fromkeys(heard):
        stream = stored(position).stream
        assert last.get(stream, 0) < position, stream
        last[stream] = position
