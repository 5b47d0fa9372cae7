"""Long streams are remembered, and folded from where they were left: the state is that of all their events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.store import engines, event_store, folded_streams, handler
from shared.store.folded_streams import Memory, RememberedStream, read_states
from shared.store.stream import Stream
from tests.shared.store.conftest import Write
from tests.shared.tally import DECIDER, Add, request

STREAM = DECIDER.stream("a")


@pytest.fixture(autouse=True)
def all_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folded_streams, "LONG", 1)


async def total(tx: AsyncConnection) -> int:
    return (await read_states(tx, DECIDER, ["a"]))["a"].total


@asynccontextmanager
async def reading(database: str) -> AsyncIterator[AsyncEngine]:
    engine = engines.reader(database, "pipeline", connections=2)
    try:
        yield engine
    finally:
        await engine.dispose()


async def test_a_stream_that_is_remembered_is_not_read_from_its_first_event(
    store: AsyncEngine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[Any]()
    read_streams, read_since = event_store.read_streams, event_store.read_streams_since

    async def noted(tx: AsyncConnection, streams: Any) -> Any:
        read.extend(streams)
        return await read_streams(tx, streams)

    async def noted_since(tx: AsyncConnection, versions: Any) -> Any:
        found = await read_since(tx, versions)
        read.extend((each.stream, each.version) for each in found)
        return found

    await write(request("a", Add(n=1)), request("a", Add(n=2)), request("a", Add(n=3)))
    await write(request("a", Add(n=4)))
    monkeypatch.setattr(event_store, "read_streams", noted)
    monkeypatch.setattr(event_store, "read_streams_since", noted_since)
    await write(request("a", Add(n=5)))
    assert STREAM not in read
    assert [each for each in read if each[0] == STREAM] == [(STREAM, 3), (STREAM, 4)]
    async with store.connect() as tx:
        assert await total(tx) == 15


async def test_an_event_that_was_rolled_back_is_not_remembered(store: AsyncEngine, write: Write) -> None:
    """Another one has its version and its position now."""
    await write(request("a", Add(n=1)))
    async with store.connect() as tx:
        await handler.handle(tx, ClockAndIds(), [request("a", Add(n=100))])
        assert await total(tx) == 101
        await tx.rollback()
    await write(request("a", Add(n=5)))
    async with store.connect() as tx:
        assert await total(tx) == 6


async def test_what_another_process_wrote_is_seen(store: AsyncEngine, write: Write, database: str) -> None:
    await write(request("a", Add(n=1)))
    async with reading(database) as other:
        for expected in (1, 3, 5):
            async with other.connect() as tx:
                assert await total(tx) == expected
            await write(request("a", Add(n=2)))


async def test_a_snapshot_that_is_older_than_what_is_remembered_is_read_anew(write: Write, database: str) -> None:
    await write(request("a", Add(n=1)))
    async with reading(database) as engine, engine.connect() as older:
        await event_store.position(older)
        await write(request("a", Add(n=2)))
        async with engine.connect() as newer:
            assert await total(newer) == 3
        assert await total(older) == 1


def test_the_streams_that_were_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folded_streams, "CAPACITY", 10)
    memory = Memory()
    for name, version in (("a", 4), ("b", 4), ("a", 5), ("c", 4), ("d", 11)):
        memory.put(name, RememberedStream(Stream(name, version), DECIDER, UUID(int=version), version))
    assert {name: one.version for name, one in memory.streams.items()} == {"a": 5, "c": 4}
    assert memory.events == 9
