"""Read models made anew beside the live ones, from the first event on, and put in their place while all goes on.

Consumers stand still for the last moment only. Nobody reads a gap, or an older state, or half of each."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, read_schema
from shared.flow.consumer import Source
from shared.flow.projection import Projection, apply_all
from shared.rules.message import Parser, RecordedEvent, StoredEvent
from shared.store.committer import sqlstate
from shared.store.prefetch import prefetch

BATCH_SIZE = 2000
CLOSE_ENOUGH = 200
"""Events that may be lacking when the consumers are asked to stand still."""
NEXT_EVENT_TIMEOUT = 30.0
"""Seconds in which the next event must come."""
LONGEST_READER = 600.0
"""Seconds for which a reader is waited for, while consumers go on."""
LONGEST_STANDSTILL = 1.5
"""Seconds for which consumers stand still at most: far below the limits of those who wait for them."""
PAUSE = 0.5
LOOK = 0.02
BUSY = ("55P03", "40P01")
"""SQLSTATEs: a lock was not free in time; or never would have been."""

TOUCH = text("UPDATE checkpoints SET position = position WHERE subscription = :subscription")
"""Whoever remembers what was read before learns that the rows may be others: `frontier`."""
HOLD = text("SELECT source FROM checkpoints WHERE subscription = :subscription ORDER BY source FOR UPDATE")
LIMITS = [text("SET LOCAL lock_timeout TO '300ms'"), text("SET LOCAL idle_in_transaction_session_timeout TO '4s'")]
SCHEMA = text("SELECT oid FROM pg_namespace WHERE nspname = :schema")
RUNNING = text("""
    SELECT virtualtransaction FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'virtualxid' AND granted AND datname = current_database() AND usesysid IS NOT NULL
        AND pid <> pg_backend_pid() AND NOT pg_backend_pid() = ANY(pg_blocking_pids(pid))""")
"""Clients of whatever role: of other roles' sessions everybody sees the user, but not the kind of backend."""


class CannotRebuild(Exception):
    """The live tables are as they were; the text says why."""


class TryAgain(Exception):
    """Too much is going on at this moment: try again."""


@dataclass(frozen=True)
class RebuildSource:
    """A source's events, from the beginning, and how they are read."""

    events: Source
    parse: Parser[Any]


@dataclass(frozen=True)
class LiveTables:
    """Where the live tables are, and what they do not contain."""

    positions: Mapping[str, int]
    left_out: Collection[tuple[str, int]]


@dataclass(frozen=True)
class Batch:
    """Events as they were read; those that are to be applied now; those that the live tables do not contain."""

    events: Sequence[StoredEvent]
    due: Sequence[RecordedEvent[Any]]
    waiting: Sequence[StoredEvent]


@dataclass
class Rebuild:
    """`engine` looks at the service's store and at `read_schema.beside(live)`. Of one version, one at a time."""

    engine: AsyncEngine
    live: str
    projections: Sequence[Projection]
    followed: Mapping[str, RebuildSource]
    tell: Callable[[int, int], None] = lambda done, of: None
    reached: dict[str, int] = field(default_factory=dict)
    aside: dict[tuple[str, int], StoredEvent] = field(default_factory=dict)
    """What the live tables did not contain when it was read: it may be released later."""
    made: int = 0

    @property
    def beside(self) -> str:
        return read_schema.rebuild_schema(self.live)

    async def run(self) -> None:
        """Raises `CannotRebuild`. Whatever happens, nothing is left beside."""
        await self.begin()
        try:
            while await self.catch_up(NEXT_EVENT_TIMEOUT) > CLOSE_ENOUGH:
                pass
            await self.analyze()
            while not await self.has_swapped():
                await asyncio.sleep(PAUSE)
        finally:
            async with self.engine.begin() as tx:
                await read_schema.drop(tx, self.beside)

    async def begin(self) -> None:
        async with self.engine.begin() as tx:
            if not await read_schema.exists_locked(tx, self.live):
                raise CannotRebuild(f"there is no {self.live} yet: it is built when its service starts")
            await read_schema.drop(tx, self.beside)
            for source in self.followed:
                await checkpoint.find_or_create(tx, self.live, source)
            await read_schema.create_tables(tx, self.beside, self.projections)
            self.made = (await tx.execute(SCHEMA, {"schema": self.beside})).scalar_one()

    # -- building -----------------------------------------------------------------------------------------------

    async def catch_up(self, patience: float) -> int:
        """To where the live tables are now; returns how many events that took."""
        live = await self.look()
        before = sum(self.reached.values())
        for source in self.followed:
            await self.apply_released(source, live)
            async with aclosing(prefetch(self.batches(source, live, patience))) as batches:
                async for batch in batches:
                    await self.apply(source, batch)
                    self.tell(sum(self.reached.values()), sum(live.positions.values()))
        return sum(self.reached.values()) - before

    async def look(self) -> LiveTables:
        """First the positions: what is released after that may be applied already, and nothing is applied too early."""
        async with self.engine.connect() as tx:
            positions = await checkpoint.positions(tx, self.live)
            left_out = await parked.excluded_positions(tx, self.live)
        return LiveTables({source: at for source, at in positions.items() if source in self.followed}, left_out)

    async def batches(self, source: str, live: LiveTables, patience: float) -> AsyncGenerator[Batch]:
        """Up to where the live tables are."""
        at, to = self.reached.get(source, 0), live.positions.get(source, 0)
        while at < to:
            batch = await self.next(source, at, live, patience)
            at = batch.events[-1].position
            yield batch

    async def next(self, source: str, at: int, live: LiveTables, patience: float) -> Batch:
        followed = self.followed[source]
        events = await followed.events.read(at, min(BATCH_SIZE, live.positions[source] - at), patience)
        if events:
            waiting = [one for one in events if (source, one.position) in live.left_out]
            due = [one for one in events if (source, one.position) not in live.left_out]
            return Batch(events, self.parsed(source, due), waiting)
        if patience < NEXT_EVENT_TIMEOUT:
            raise TryAgain
        raise CannotRebuild(f"position {at + 1} of {source} does not come")

    async def apply_released(self, source: str, live: LiveTables) -> None:
        released = [place for place in sorted(self.aside) if place[0] == source and place not in live.left_out]
        await self.effect(source, self.parsed(source, [self.aside[place] for place in released]))
        for place in released:
            del self.aside[place]

    async def apply(self, source: str, batch: Batch) -> None:
        await self.effect(source, batch.due)
        self.aside |= {(source, one.position): one for one in batch.waiting}
        self.reached[source] = batch.events[-1].position

    def parsed(self, source: str, events: Sequence[StoredEvent]) -> list[RecordedEvent[Any]]:
        with only_in_rebuild(source, events):
            return self.followed[source].parse.all(events)

    async def effect(self, source: str, facts: Sequence[RecordedEvent[Any]]) -> None:
        if not facts:
            return
        with only_in_rebuild(source, facts):
            async with self.engine.begin() as tx:
                await apply_all(self.projections, source)(tx, facts)

    async def analyze(self) -> None:
        """The planner must know the new tables when they come to be read."""
        async with self.engine.begin() as tx:
            for name in self.tables():
                await tx.execute(text(f'ANALYZE "{self.beside}"."{name}"'))

    def tables(self) -> list[str]:
        return [table.name for each in self.projections for table in each.tables.sorted_tables]

    # -- the swap -----------------------------------------------------------------------------------------------

    async def has_swapped(self) -> bool:
        """Not when readers, or the consumers themselves, do not leave the tables alone for a moment."""
        await self.wait_for_long_readers()
        await self.catch_up(NEXT_EVENT_TIMEOUT)
        deadline = now() + LONGEST_STANDSTILL
        try:
            async with self.engine.begin() as tx:
                await self.hold(tx)
                await self.catch_up(LONGEST_STANDSTILL)
                await wait_for_readers(tx, deadline)
                await self.swap(tx)
        except TryAgain:
            return False
        except DBAPIError as error:
            if sqlstate(error) not in BUSY:
                raise
            return False
        return True

    async def hold(self, tx: AsyncConnection) -> None:
        """No consumer of the live tables is in a transaction, or comes into one, until this one ends."""
        for limit in LIMITS:
            await tx.execute(limit)
        await tx.execute(HOLD, {"subscription": self.live})

    async def wait_for_long_readers(self) -> None:
        """While a backup or a report is being made, consumers need not stand still in vain. In no transaction: two
        services' rebuilds would wait for each other's."""
        try:
            async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                await wait_for_readers(connection, now() + LONGEST_READER)
        except TryAgain:
            raise CannotRebuild(
                f"somebody has been reading in one transaction for {LONGEST_READER / 60:.0f} minutes"
            ) from None

    async def swap(self, tx: AsyncConnection) -> None:
        names = self.tables()
        old = ", ".join(f'"{self.live}"."{name}"' for name in names)
        new = ", ".join(f'"{self.beside}"."{name}"' for name in names)
        await tx.execute(text(f"LOCK TABLE {old}, {new} IN ACCESS EXCLUSIVE MODE"))
        if (await tx.execute(SCHEMA, {"schema": self.beside})).scalar_one_or_none() != self.made:
            raise CannotRebuild("another rebuild took this one's place")
        await tx.execute(text(f"DROP TABLE {old}"))
        for name in names:
            await tx.execute(text(f'ALTER TABLE "{self.beside}"."{name}" SET SCHEMA "{self.live}"'))
        await tx.execute(TOUCH, {"subscription": self.live})


@contextmanager
def only_in_rebuild(source: str, events: Sequence[StoredEvent | RecordedEvent[Any]]) -> Iterator[None]:
    """What fails here did not where the live tables come from."""
    try:
        yield
    except Exception as error:
        if not parked.is_poison(error):
            raise
        where = f"positions {events[0].position} to {events[-1].position} of {source}"
        raise CannotRebuild(f"{type(error).__name__} at {where}, which the live tables contain") from error


async def wait_for_readers(tx: AsyncConnection, deadline: float) -> None:
    """Until all are gone that began before the new rows were complete. A name leads to the new table from the swap on,
    for them too, but their database snapshot lacks its last rows. Who began later finds the same in the old table as
    in the new one. Those who wait for us are consumers: they look again when they go on."""
    before = set((await tx.execute(RUNNING)).scalars())
    while before & set((await tx.execute(RUNNING)).scalars()):
        if now() > deadline:
            raise TryAgain
        await asyncio.sleep(LOOK)


def now() -> float:
    return asyncio.get_running_loop().time()
