"""Several processes of one service, and readers that follow them."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.edge import Edge
from shared.store import event_store
from shared.store.handler import handle
from tests.shared.tally import Add, ask

WRITERS, READERS, APPENDS = 8, 4, 1500
ROLLED_BACK = 0.05


async def processes(count: int, *arguments: str) -> list[list[Any]]:
    """What each of several writers was answered, begun together."""
    started = [
        await create_subprocess_exec(
            sys.executable, "-m", "tests.shared.store.writer", *arguments, stdin=PIPE, stdout=PIPE
        )
        for _ in range(count)
    ]
    told = await asyncio.gather(*(one.communicate(b"go\n") for one in started))
    return [answer for out, _ in told for answer in orjson.loads(out)]


async def events(store: AsyncEngine) -> list[tuple[int, int]]:
    async with store.connect() as tx:
        query = text("SELECT position, version FROM events ORDER BY position")
        return [(row[0], row[1]) for row in await tx.execute(query)]


async def test_two_processes_write_one_stream_without_a_gap(store: AsyncEngine, database: str) -> None:
    answers = await processes(2, database, "shared", "300")
    expected = [(n, n) for n in range(1, 601)]
    assert await events(store) == expected
    assert sorted((version, position) for version, position, _ in answers) == expected


async def test_a_thousand_repeats_of_a_key_over_two_processes_are_one_event(store: AsyncEngine, database: str) -> None:
    answers = await processes(2, database, "shared", "500", "the key")
    assert answers == [[1, 1, "tally-shared"]] * 1000
    assert await events(store) == [(1, 1)]


async def test_no_tailing_reader_skips_an_event(store: AsyncEngine) -> None:
    seen = await followed(store, append_serially, read_positions)
    assert seen == [list(range(1, APPENDS + 1))] * READERS


async def test_the_naive_reader_does_skip(store: AsyncEngine) -> None:
    """Planted: positions from a sequence, taken before the commit. Were this to pass, the test above could not fail."""
    async with store.begin() as tx:
        await tx.execute(text("CREATE TABLE naive (position bigserial)"))
    seen = await followed(store, append_by_sequence, read_sequence)
    async with store.connect() as tx:
        all_there = list((await tx.execute(text("SELECT position FROM naive ORDER BY position"))).scalars())
    assert any(positions != all_there for positions in seen)


Append = Callable[[AsyncConnection], Awaitable[None]]
Read = Callable[[AsyncConnection, int], Awaitable[list[int]]]


async def followed(store: AsyncEngine, append: Append, read: Read) -> list[list[int]]:
    """What each reader saw, of writers that wait a little before they commit and now and then roll back."""
    left = iter(range(APPENDS))
    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(follow(store, read, done)) for _ in range(READERS)]
        async with asyncio.TaskGroup() as writing:
            for seed in range(WRITERS):
                writing.create_task(write(store, append, left, random.Random(seed)))
        done.set()
    return [reader.result() for reader in readers]


async def write(store: AsyncEngine, append: Append, left: Any, chance: random.Random) -> None:
    for _ in left:
        while True:
            async with store.connect() as tx:
                await append(tx)
                await asyncio.sleep(chance.random() * 0.002)
                if chance.random() >= ROLLED_BACK:
                    await tx.commit()
                    break


async def follow(store: AsyncEngine, read: Read, done: asyncio.Event) -> list[int]:
    seen: list[int] = []
    while True:
        last_look = done.is_set()
        async with store.connect() as tx:
            found = await read(tx, seen[-1] if seen else 0)
        seen += found
        if last_look and not found:
            return seen
        await asyncio.sleep(0)


async def append_serially(tx: AsyncConnection) -> None:
    await handle(tx, Edge(), [ask(random.choice("abcdefgh"), Add(n=1))])


async def read_positions(tx: AsyncConnection, after: int) -> list[int]:
    return [event.position for event in await event_store.read_after(tx, after, 500)]


async def append_by_sequence(tx: AsyncConnection) -> None:
    await tx.execute(text("INSERT INTO naive DEFAULT VALUES"))


async def read_sequence(tx: AsyncConnection, after: int) -> list[int]:
    query = text("SELECT position FROM naive WHERE position > :after ORDER BY position")
    return list((await tx.execute(query.bindparams(after=after))).scalars())
