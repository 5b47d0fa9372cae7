"""Publishes by whole batches: nothing is sent to a partition before its previous batch is acknowledged."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.flow.cloudevents import to_headers
from shared.flow.log import LogUnavailable, check_sizes, partition_of
from shared.rules.message import StoredEvent
from shared.store.cancellation import cancellations


class RecordBatch(Protocol):
    """aiokafka's batch builder. An empty batch takes any record; a full one returns `None` from `append`."""

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any: ...

    def close(self) -> None: ...


@dataclass
class BatchPublisher:
    """`send(partition, batch)` returns when the batch is acknowledged."""

    source: str
    partitions: int
    new_batch: Callable[[], RecordBatch]
    send: Callable[[int, RecordBatch], Awaitable[None]]
    failed: bool = False

    async def publish(self, events: Sequence[StoredEvent]) -> None:
        check_sizes(events)
        if self.failed:
            raise LogUnavailable("this publisher failed before")
        self.failed = True
        by_partition: dict[int, list[StoredEvent]] = defaultdict(list)
        for event in events:
            by_partition[partition_of(event.stream, self.partitions)].append(event)
        await run_all(self.deliver(partition, part) for partition, part in by_partition.items())
        self.failed = False

    async def deliver(self, partition: int, events: Iterable[StoredEvent]) -> None:
        """aiokafka may drop a batch and send the next one: the next batch is built after this acknowledgement."""
        for batch in self.batches(events):
            await self.send(partition, batch)

    def batches(self, events: Iterable[StoredEvent]) -> Iterable[RecordBatch]:
        """Batches are closed at once: an open one would wait for records that come only after its acknowledgement."""
        batch = self.new_batch()
        for event in events:
            if not self.try_append(batch, event):
                yield batch
                batch = self.new_batch()
                self.try_append(batch, event)
        batch.close()
        yield batch

    def try_append(self, batch: RecordBatch, event: StoredEvent) -> bool:
        headers = to_headers(event, self.source)
        key, value = event.stream.encode(), event.data.encode()
        return batch.append(timestamp=None, key=key, value=value, headers=headers) is not None


async def run_all(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all concurrently; the first that fails cancels the others."""
    cancelled_before = cancellations()
    tasks = [asyncio.create_task(each) for each in coroutines]
    try:
        await asyncio.gather(*tasks)
    except Exception:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        # A failure can replace a cancellation of this task: callers that retry after failures would then never stop.
        if cancellations() > cancelled_before:
            raise asyncio.CancelledError from None
        raise
