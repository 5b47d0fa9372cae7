"""Listeners at the end of a feed share one reader, and each gets every event, however slow it is."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.pipeline.service import SERVICE
from shared.store import engines, event_store
from shared.web.caches import tail
from shared.web.feed import routes as feed
from shared.web.feed.routes import Feed
from shared.web.service_context import ServiceContext
from tests.running import running_apps, within
from tests.shared.flow.stored import run_of

EVENTS, LISTENERS = 600, 12
FEED = Feed("pipeline", frozenset({"LeadCaptured"}), ["lead"])


@pytest_asyncio.fixture
async def running(database: str) -> AsyncIterator[ServiceContext]:
    async with running_apps(database, [SERVICE], work=False) as apps:
        yield apps["pipeline"].state.context


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    engine = engines.writer(database, "pipeline", connections=2)
    yield engine
    await engine.dispose()


async def append(store: AsyncEngine, running: ServiceContext, first: int, last: int) -> None:
    async with store.begin() as tx:
        await event_store.append(tx, run_of(range(first, last + 1)))
    running.store_changed.notify()


async def positions(running: ServiceContext, after: int, last: int, pace: random.Random | None = None) -> list[int]:
    """The positions that a listener gets; a pace makes it slow."""
    found = []
    async for line in FEED.lines(running, after, FEED.types):
        if line.startswith(b"id: "):
            found.append(int(line[4 : line.index(b"\n")]))
            if found[-1] >= last:
                return found
            if pace and pace.random() < 0.02:
                await asyncio.sleep(0.01)
    raise AssertionError("the stream ended")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow listeners fall behind what is shared, and pages end in the middle of what was written at once."""
    monkeypatch.setattr(tail, "MAX_BYTES", 20_000)
    monkeypatch.setattr(tail, "PAGE", 30)
    monkeypatch.setattr(feed, "PAGE", 20)


@pytest.mark.usefixtures("narrow")
async def test_each_listener_gets_all_events_once_in_order(running: ServiceContext, store: AsyncEngine) -> None:
    chance = random.Random(7)
    await append(store, running, 1, 50)
    starts = [chance.randrange(0, 60) for _ in range(LISTENERS)]
    listening = [
        asyncio.ensure_future(positions(running, start, EVENTS, random.Random(start) if start % 2 else None))
        for start in starts
    ]
    last = 50
    while last < EVENTS:
        first, last = last + 1, min(EVENTS, last + chance.randrange(1, 60))
        await append(store, running, first, last)
        await asyncio.sleep(chance.random() * 0.01)
    received = await within(30, asyncio.gather(*listening))
    for start, each in zip(starts, received, strict=True):
        assert each == list(range(start + 1, EVENTS + 1))


async def test_many_listeners_share_one_reader(running: ServiceContext, store: AsyncEngine) -> None:
    await append(store, running, 1, 5)
    listening = [asyncio.ensure_future(positions(running, 5, 25)) for _ in range(50)]
    await asyncio.sleep(0)
    queries = 0

    def count(*_: object) -> None:
        nonlocal queries
        queries += 1

    event.listen(running.reads.sync_engine, "before_cursor_execute", count)
    for position in range(6, 26):
        await append(store, running, position, position)
    assert await within(20, asyncio.gather(*listening)) == [list(range(6, 26))] * 50
    event.remove(running.reads.sync_engine, "before_cursor_execute", count)
    assert queries < 250, "each of them queries the store"


@pytest.mark.usefixtures("narrow")
async def test_the_shared_events_are_limited(running: ServiceContext, store: AsyncEngine) -> None:
    for first in range(1, 201, 20):
        await append(store, running, first, first + 19)
        await within(10, positions(running, first - 1, first + 19))
    shared = running.tail.after(running.tail.begin, FEED.types)
    assert shared
    assert sum(map(len, shared)) <= 20_000
    assert running.tail.after(running.tail.begin - 1, FEED.types) is None


async def test_all_streams_end_when_the_service_stops(running: ServiceContext) -> None:
    async def last_line() -> bytes:
        return [line async for line in FEED.lines(running, 0, FEED.types)][-1]

    listening = asyncio.gather(*(last_line() for _ in range(5)))
    await asyncio.sleep(0)
    running.stop()
    assert await within(5, listening) == [b"event: stopping\ndata: {}\n\n"] * 5
