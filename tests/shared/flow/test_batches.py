"""Publishing by batches when Kafka refuses one."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.flow.log import LogUnavailable, partition_of
from shared.flow.log.batches import BatchPublisher, RecordBatch
from tests.shared.flow.stored import run_of

PARTITIONS = 3
EVENTS = run_of(range(1, 61))


@dataclass
class Small:
    """Takes two records."""

    positions: list[int] = field(default_factory=list)
    closed: bool = False

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any:
        if len(self.positions) == 2:
            self.closed = True
            return None
        self.positions.append(int(dict(headers)["ce_position"]))
        return True

    def close(self) -> None:
        self.closed = True


@dataclass
class Wire:
    """Takes a turn of the loop to acknowledge, and fails at the position in `fails_at`."""

    fails_at: int = 0
    sent: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    unacknowledged: set[int] = field(default_factory=set)

    async def send(self, partition: int, batch: RecordBatch) -> None:
        assert isinstance(batch, Small)
        assert batch.closed
        assert partition not in self.unacknowledged
        self.unacknowledged.add(partition)
        self.sent[partition] += batch.positions
        await asyncio.sleep(0)
        if self.fails_at in batch.positions:
            raise LogUnavailable("refused")
        self.unacknowledged.remove(partition)


def publisher(wire: Wire) -> BatchPublisher:
    return BatchPublisher("lead_intake", PARTITIONS, Small, wire.send)


def of(partition: int) -> list[int]:
    return [event.position for event in EVENTS if partition_of(event.stream, PARTITIONS) == partition]


async def test_each_partition_gets_its_events_in_order_one_batch_at_a_time() -> None:
    wire = Wire()
    await publisher(wire).publish(EVENTS)
    assert wire.sent == {partition: of(partition) for partition in range(PARTITIONS)}


async def test_after_a_failed_batch_nothing_more_is_sent() -> None:
    failing = of(1)[4]
    wire = Wire(failing)
    broken = publisher(wire)
    with pytest.raises(LogUnavailable, match="refused"):
        await broken.publish(EVENTS)
    assert wire.sent[1] == of(1)[: of(1).index(failing) + 2]
    with pytest.raises(LogUnavailable):
        await broken.publish(EVENTS)


async def test_a_cancelled_publisher_cannot_be_used_again() -> None:
    stuck = publisher(Wire())
    sending = asyncio.create_task(stuck.publish(EVENTS))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    with pytest.raises(LogUnavailable):
        await stuck.publish(EVENTS)


async def test_a_cancellation_that_meets_a_failure_is_not_lost() -> None:
    async def cancel_and_fail(partition: int, batch: RecordBatch) -> None:
        sending.cancel()
        raise LogUnavailable("at the same time")

    sending = asyncio.create_task(BatchPublisher("lead_intake", PARTITIONS, Small, cancel_and_fail).publish(EVENTS))
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_nothing_to_publish_sends_nothing() -> None:
    wire = Wire()
    await publisher(wire).publish([])
    assert wire.sent == {}
