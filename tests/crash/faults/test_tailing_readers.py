"""Readers that follow a store while eight write to it, roll back, and take their time: none skips an event.

`FUNNELCAST_TEST_APPENDS` says how many events; the long run has a million."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.store import engines, event_store
from shared.store.handler import handle
from tests.shared.tally import Add, request

APPENDS = int(os.environ.get("FUNNELCAST_TEST_APPENDS", "10000"))
WRITERS, READERS, ROLLED_BACK = 8, 4, 0.05
AT_ONCE = 15
"""Events of a transaction at most."""
LONGEST = 0.002
"""Seconds from the last write of a transaction to its end at most."""

Append = Callable[[AsyncConnection, int], Awaitable[None]]
Read = Callable[[AsyncConnection, int], Awaitable[list[int]]]


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    engine = engines.writer(database, "pipeline", connections=WRITERS + READERS)
    try:
        yield engine
    finally:
        await engine.dispose()


@dataclass
class Follower:
    """A reader: the last event it saw, how many, and before how many of them it saw no gap."""

    last: int = 0
    seen: int = 0
    consecutive: int = 0

    def see(self, positions: list[int]) -> None:
        for position in positions:
            self.consecutive += position == self.last + 1
            self.last, self.seen = position, self.seen + 1


@dataclass
class Run:
    store: AsyncEngine
    append: Append
    read: Read
    left: int
    rolled_back: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def followed(self) -> list[Follower]:
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(self.follow()) for _ in range(READERS)]
            async with asyncio.TaskGroup() as writing:
                for seed in range(WRITERS):
                    writing.create_task(self.write(random.Random(seed)))
            self.done.set()
        return [reader.result() for reader in readers]

    async def write(self, chance: random.Random) -> None:
        while self.left > 0:
            number = min(chance.randint(1, AT_ONCE), self.left)
            self.left -= number
            while not await self.committed(number, chance):
                self.rolled_back += 1

    async def committed(self, number: int, chance: random.Random) -> bool:
        async with self.store.connect() as tx:
            await self.append(tx, number)
            await asyncio.sleep(chance.random() * LONGEST)
            if chance.random() < ROLLED_BACK:
                return False
            await tx.commit()
            return True

    async def follow(self) -> Follower:
        follower = Follower()
        while True:
            last_look = self.done.is_set()
            async with self.store.connect() as tx:
                found = await self.read(tx, follower.last)
            follower.see(found)
            if last_look and not found:
                return follower
            await asyncio.sleep(LONGEST / 2)


async def append_in_order(tx: AsyncConnection, number: int) -> None:
    """Each to a stream of its own: no history is read."""
    clock_and_ids = ClockAndIds()
    await handle(tx, clock_and_ids, [request(clock_and_ids.new_id().hex, Add(n=1)) for _ in range(number)])


async def read_positions(tx: AsyncConnection, after: int) -> list[int]:
    return [event.position for event in await event_store.read_after(tx, after, 500)]


async def append_by_sequence(tx: AsyncConnection, number: int) -> None:
    await tx.execute(text("INSERT INTO naive SELECT FROM generate_series(1, :number)").bindparams(number=number))


async def read_sequence(tx: AsyncConnection, after: int) -> list[int]:
    query = text("SELECT position FROM naive WHERE position > :after ORDER BY position LIMIT 500")
    return list((await tx.execute(query.bindparams(after=after))).scalars())


def check(followers: list[Follower], number: int) -> None:
    assert [follower.seen for follower in followers] == [number] * READERS, "a reader skipped events"


@pytest.mark.timeout(120 + APPENDS / 250)
async def test_no_reader_skips_an_event(store: AsyncEngine) -> None:
    run = Run(store, append_in_order, read_positions, APPENDS)
    followers = await run.followed()
    check(followers, APPENDS)
    assert [follower.consecutive for follower in followers] == [APPENDS] * READERS
    print(f"{APPENDS} events by {WRITERS} writers, {run.rolled_back} roll-backs, {READERS} readers: 0 skipped")


async def test_readers_of_a_sequence_do_skip(store: AsyncEngine) -> None:
    """Planted: positions from a sequence, taken before the commit."""
    async with store.begin() as tx:
        await tx.execute(text("CREATE TABLE naive (position bigserial)"))
    followers = await Run(store, append_by_sequence, read_sequence, 10_000).followed()
    with pytest.raises(AssertionError, match="a reader skipped events"):
        check(followers, 10_000)
    print(f"of 10000 by a sequence the readers saw {[follower.seen for follower in followers]}")
