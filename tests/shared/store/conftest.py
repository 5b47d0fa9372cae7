from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import engines, handler
from shared.store.write_request import WriteOutcome, WriteRequest
from tests.running import Clock

Write = Callable[..., Awaitable[list[WriteOutcome]]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    """An empty store, by the connections that services write with."""
    engine = engines.writer(database, "pipeline", connections=8)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture(params=[1, handler.DECIDED_AT_ONCE])
def write(store: AsyncEngine, clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Commits some asks in one transaction, whether they are decided one by one or together."""
    monkeypatch.setattr(handler, "DECIDED_AT_ONCE", request.param)

    async def commit(*write_requests: WriteRequest) -> list[WriteOutcome]:
        async with store.begin() as tx:
            return await handler.handle(tx, clock.clock_and_ids(), list(write_requests))

    return commit
