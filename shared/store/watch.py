"""Notifies a process of what others write to its service's store: one query for all tasks that follow the store."""

import asyncio
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import event_store
from shared.store.isolation import with_isolation
from shared.store.signal import Backoff, Signal

log = structlog.get_logger()
RETRY_SECONDS = 0.5


@dataclass
class StoreWatch:
    """Notifies `store_changed` when the store has grown. What this process writes is notified without it, at once."""

    reads: AsyncEngine
    store_changed: Signal
    position: int = 0
    known: int = 0
    """The signal's count at the last look."""
    backoff: Backoff = field(default_factory=Backoff)

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            try:
                delay = await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("store_unavailable", error=type(error).__name__)
                delay = RETRY_SECONDS
            await asyncio.sleep(delay)

    async def look(self) -> float:
        """Returns the seconds until the next look: few while another process writes."""
        is_ours = self.store_changed.count != self.known
        async with with_isolation(self.reads, "AUTOCOMMIT").connect() as tx:
            position = await event_store.position(tx)
        has_grown = position > self.position
        if has_grown:
            self.position = position
            self.store_changed.notify()
        self.known = self.store_changed.count
        return self.backoff.next_delay(has_grown and not is_ours)
