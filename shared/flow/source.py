"""The sources of a consumer: the service's own store, or (`shared/flow/topic.py`) a topic of the log."""

from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.batch import Offsets
from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.store.isolation import with_isolation
from shared.store.signal import Signal


class EventSource(Protocol):
    @property
    def offsets(self) -> Offsets:
        """The offsets behind the last events that `read` returned: a hint, kept beside the checkpoint."""

    def seek(self, offsets: Offsets) -> None:
        """Start from this hint."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        """The next events by position, without a gap; empty when none came within `wait` seconds."""

    async def aclose(self) -> None:
        """Releases what reading holds open."""


@dataclass
class StoreSource:
    """The service's own store, which can be read while the log is unavailable."""

    engine: AsyncEngine
    store_changed: Signal
    offsets: Offsets = field(default_factory=dict)

    def seek(self, offsets: Offsets) -> None:
        """A store is read by position: it needs no offsets."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        known = self.store_changed.count
        events = await self.read_now(after, limit)
        if not events:
            await self.store_changed.wait(known, wait)
        return events

    async def aclose(self) -> None:
        """The engine belongs to the caller."""

    async def read_now(self, after: int, limit: int) -> list[StoredEvent]:
        async with with_isolation(self.engine, "AUTOCOMMIT").connect() as tx:
            return await event_store.read_after(tx, after, limit)
