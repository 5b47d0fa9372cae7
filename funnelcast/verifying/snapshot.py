"""All stores in one database snapshot: what the checks compare was true at one instant."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.message import StoredEvent
from shared.store import event_store

AT_ONCE = 1000


@dataclass(frozen=True)
class Snapshot:
    """One connection for all schemas: it looks at one of them at a time."""

    tx: AsyncConnection
    tell: Callable[[int], None] = lambda events: None
    """Of how many events were read."""

    async def of(self, *schemas: str) -> AsyncConnection:
        """The connection, looking at these."""
        await look_at(self.tx, *schemas)
        return self.tx

    async def events(self, service: str, after: int, up_to: int) -> AsyncIterator[list[StoredEvent]]:
        """A service's events by position, in pages."""
        while after < up_to:
            page = await event_store.read_after(await self.of(service), after, min(AT_ONCE, up_to - after))
            within = [event for event in page if event.position <= up_to]
            if not within:
                return
            yield within
            self.tell(len(within))
            after = within[-1].position


@asynccontextmanager
async def taken(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with reading.connect() as tx:
        yield Snapshot(tx)


async def look_at(tx: AsyncConnection, *schemas: str) -> None:
    await tx.execute(text("SET LOCAL search_path TO " + ", ".join(f'"{schema}"' for schema in schemas)))
