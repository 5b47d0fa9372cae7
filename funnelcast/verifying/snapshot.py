"""A database snapshot of all stores, so that every check sees the same instant."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.message import StoredEvent
from shared.store import event_store

PAGE = 1000


@dataclass(frozen=True)
class Snapshot:
    """One connection, whose search path changes from check to check. `on_read` gets the number of events of each page
    that is read."""

    tx: AsyncConnection
    on_read: Callable[[int], None] = lambda events: None

    async def of(self, *schemas: str) -> AsyncConnection:
        """The connection, with these schemas as its search path."""
        await set_search_path(self.tx, *schemas)
        return self.tx

    async def events(self, service: str, after: int, up_to: int) -> AsyncIterator[list[StoredEvent]]:
        """A service's events by position, in pages."""
        while after < up_to:
            page = await event_store.read_after(await self.of(service), after, min(PAGE, up_to - after))
            events = [event for event in page if event.position <= up_to]
            if not events:
                return
            yield events
            self.on_read(len(events))
            after = events[-1].position


@asynccontextmanager
async def take_snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with reading.connect() as tx:
        yield Snapshot(tx)


async def set_search_path(tx: AsyncConnection, *schemas: str) -> None:
    await tx.execute(text("SET LOCAL search_path TO " + ", ".join(f'"{schema}"' for schema in schemas)))
