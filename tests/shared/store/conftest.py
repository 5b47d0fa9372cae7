from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import database as connections
from shared.store.ask import Answer, Ask
from shared.store.handler import handle
from tests.running import Clock

Write = Callable[..., Awaitable[list[Answer]]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    """An empty store, by the connections that services write with."""
    engine = connections.writer(database, "pipeline", connections=8)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
def write(store: AsyncEngine, clock: Clock) -> Write:
    """Commits some asks in one transaction."""

    async def commit(*asks: Ask) -> list[Answer]:
        async with store.begin() as tx:
            return await handle(tx, clock.edge(), list(asks))

    return commit
