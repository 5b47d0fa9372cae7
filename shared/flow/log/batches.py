"""Publishing by whole batches: nothing is sent to a partition before what went there before is acknowledged."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.flow.cancelled import cancellations
from shared.flow.cloudevents import to_headers
from shared.flow.log import LogUnavailable, check_sizes, partition_of
from shared.rules.message import StoredEvent


class Batch(Protocol):
    """What aiokafka calls a batch builder. An empty one takes any record; a full one answers `None`."""

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any: ...

    def close(self) -> None: ...


@dataclass
class BatchPublisher:
    """`send(partition, batch)` returns when the batch is acknowledged."""

    source: str
    partitions: int
    new_batch: Callable[[], Batch]
    send: Callable[[int, Batch], Awaitable[None]]
    failed: bool = False

    async def publish(self, events: Sequence[StoredEvent]) -> None:
        check_sizes(events)
        if self.failed:
            raise LogUnavailable("this publisher failed before")
        self.failed = True
        parts: dict[int, list[StoredEvent]] = defaultdict(list)
        for event in events:
            parts[partition_of(event.stream, self.partitions)].append(event)
        await run_all(self.deliver(partition, those) for partition, those in parts.items())
        self.failed = False

    async def deliver(self, partition: int, events: Iterable[StoredEvent]) -> None:
        """aiokafka may drop a batch and go on with the next: so there is no next before this one is acknowledged."""
        for batch in self.batches(events):
            await self.send(partition, batch)

    def batches(self, events: Iterable[StoredEvent]) -> Iterable[Batch]:
        """Closed, else they would linger for others to join them, and those come only after them."""
        batch = self.new_batch()
        for event in events:
            if not self.added(batch, event):
                yield batch
                batch = self.new_batch()
                self.added(batch, event)
        batch.close()
        yield batch

    def added(self, batch: Batch, event: StoredEvent) -> bool:
        headers = to_headers(event, self.source)
        key, value = event.stream.encode(), event.data.encode()
        return batch.append(timestamp=None, key=key, value=value, headers=headers) is not None


async def run_all(parts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at the same time; the first that fails ends the others."""
    cancelled_before = cancellations()
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.gather(*tasks)
    except Exception:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        # A cancellation of ours that meets a failure is not told of: who retries failures would then never stop.
        if cancellations() > cancelled_before:
            raise asyncio.CancelledError from None
        raise
