"""A fault to be planted: a source that gives records as they arrive, whatever their positions."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from shared.flow.log import Log, LogUnavailable, PartitionReader
from shared.rules.message import StoredEvent


@dataclass
class ByArrival:
    """A source in the place of a `TopicSource`."""

    log: Log
    topic: str
    source: str
    offsets: Mapping[int, int] = field(default_factory=dict)
    reader: PartitionReader | None = None
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Always from the beginning."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        if self.reader is None:
            with suppress(LogUnavailable):
                self.reader = await self.opened.enter_async_context(self.log.reader(self.topic, {}))
        if self.reader is None:
            await asyncio.sleep(wait)
            return []
        fetched = await self.reader.read(self.reader.partitions, wait)
        return [record.event for records in fetched.values() for record in records]

    async def aclose(self) -> None:
        await self.opened.aclose()
