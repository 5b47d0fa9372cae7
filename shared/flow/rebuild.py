"""Rebuilds read models from the first event, beside the live tables, and swaps the tables while everything runs.

Consumers stand still only during the swap. A reader never sees missing rows, older rows, or half of each.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, read_schema
from shared.flow.projection import Projection, apply_all
from shared.flow.readers import StillReading, wait_for_readers
from shared.flow.source import EventSource
from shared.rules.message import Parser, RecordedEvent, StoredEvent
from shared.store.database_errors import sqlstate
from shared.store.isolation import with_isolation
from shared.store.prefetch import prefetch

BATCH_SIZE = 2000
CLOSE_ENOUGH = 200
"""Events that may still be missing when the consumers are asked to stand still."""
NEXT_EVENT_TIMEOUT = 30.0
"""Seconds within which the next event must come."""
LONGEST_READER = 600.0
"""Seconds to wait for a long-running reader; consumers go on meanwhile."""
LONGEST_STANDSTILL = 1.5
"""Seconds for which consumers stand still at most: far below the time-outs of those who wait for them."""
RETRY_SECONDS = 0.5
LOCK_CONFLICTS = ("55P03", "40P01")
"""SQLSTATEs: a lock was not free in time; a deadlock."""

TOUCH = text("UPDATE checkpoints SET position = position WHERE subscription = :subscription")
"""Changes the frontier, so that answers cached before the swap are not used any more."""
LOCK_CHECKPOINTS = text("SELECT source FROM checkpoints WHERE subscription = :subscription ORDER BY source FOR UPDATE")
TIMEOUTS = [text("SET LOCAL lock_timeout TO '300ms'"), text("SET LOCAL idle_in_transaction_session_timeout TO '4s'")]
SCHEMA = text("SELECT oid FROM pg_namespace WHERE nspname = :schema")


class CannotRebuild(Exception):
    """The live tables are unchanged; the text says why."""


class NotCaughtUp(Exception):
    """The last events did not come while the consumers stood still: try again."""


@dataclass(frozen=True)
class RebuildSource:
    """A source's events, from the first one, and their parser."""

    events: EventSource
    parse: Parser[Any]


@dataclass(frozen=True)
class LiveTables:
    """The live tables. `positions`: their position, by source. `excluded`: source and position of events that they do
    not contain."""

    positions: Mapping[str, int]
    excluded: Collection[tuple[str, int]]


@dataclass(frozen=True)
class RebuildBatch:
    """Events as they were read: those to apply now, and those that the live tables do not contain."""

    events: Sequence[StoredEvent]
    due: Sequence[RecordedEvent[Any]]
    excluded: Sequence[StoredEvent]


@dataclass
class Rebuild:
    """`engine` sees the service's store and `read_schema.rebuild_schema(live)`. Of each version, one rebuild at a
    time. `report_progress(done, total)` is called after each batch, with numbers of events."""

    engine: AsyncEngine
    live: str
    projections: Sequence[Projection]
    sources: Mapping[str, RebuildSource]
    report_progress: Callable[[int, int], None] = lambda done, total: None
    positions: dict[str, int] = field(default_factory=dict)
    """The position applied to the new tables, by source."""
    excluded: dict[tuple[str, int], StoredEvent] = field(default_factory=dict)
    """Events that the live tables did not contain when they were read. They may be released later."""
    schema_id: int = 0

    @property
    def new(self) -> str:
        """The schema of the new tables."""
        return read_schema.rebuild_schema(self.live)

    async def run(self) -> None:
        """Raises `CannotRebuild`. The schema of the new tables is dropped in any case."""
        await self.create_tables()
        try:
            while await self.catch_up(NEXT_EVENT_TIMEOUT) > CLOSE_ENOUGH:
                pass
            await self.analyze()
            while not await self.try_swap():
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            async with self.engine.begin() as tx:
                await read_schema.drop(tx, self.new)

    async def create_tables(self) -> None:
        async with self.engine.begin() as tx:
            if not await read_schema.exists_locked(tx, self.live):
                raise CannotRebuild(f"{self.live} does not exist: it is built when its service starts")
            await read_schema.drop(tx, self.new)
            for source in self.sources:
                await checkpoint.find_or_create(tx, self.live, source)
            await read_schema.create_tables(tx, self.new, self.projections)
            self.schema_id = (await tx.execute(SCHEMA, {"schema": self.new})).scalar_one()

    # -- building -------------------------------------------------------------------------------------------------

    async def catch_up(self, wait: float) -> int:
        """Applies all events that the live tables contain now; returns how many. `wait`: seconds for the next event."""
        live = await self.find_live()
        before = sum(self.positions.values())
        for source in self.sources:
            await self.apply_released(source, live)
            async with aclosing(prefetch(self.batches(source, live, wait))) as batches:
                async for batch in batches:
                    await self.apply(source, batch)
                    self.report_progress(sum(self.positions.values()), sum(live.positions.values()))
        return sum(self.positions.values()) - before

    async def find_live(self) -> LiveTables:
        """Positions are read first: an event released after that may be applied already, but never too early."""
        async with self.engine.connect() as tx:
            positions = await checkpoint.positions(tx, self.live)
            excluded = await parked.excluded_positions(tx, self.live)
        return LiveTables({name: position for name, position in positions.items() if name in self.sources}, excluded)

    async def batches(self, source: str, live: LiveTables, wait: float) -> AsyncGenerator[RebuildBatch]:
        position, end = self.positions.get(source, 0), live.positions.get(source, 0)
        while position < end:
            batch = await self.read_batch(source, position, live, wait)
            position = batch.events[-1].position
            yield batch

    async def read_batch(self, source: str, position: int, live: LiveTables, wait: float) -> RebuildBatch:
        limit = min(BATCH_SIZE, live.positions[source] - position)
        events = await self.sources[source].events.read(position, limit, wait)
        if events:
            excluded = [one for one in events if (source, one.position) in live.excluded]
            due = [one for one in events if (source, one.position) not in live.excluded]
            return RebuildBatch(events, self.parse(source, due), excluded)
        if wait < NEXT_EVENT_TIMEOUT:
            raise NotCaughtUp
        raise CannotRebuild(f"position {position + 1} of {source} does not come")

    async def apply_released(self, source: str, live: LiveTables) -> None:
        released = [key for key in sorted(self.excluded) if key[0] == source and key not in live.excluded]
        await self.apply_events(source, self.parse(source, [self.excluded[key] for key in released]))
        for key in released:
            del self.excluded[key]

    async def apply(self, source: str, batch: RebuildBatch) -> None:
        await self.apply_events(source, batch.due)
        self.excluded |= {(source, one.position): one for one in batch.excluded}
        self.positions[source] = batch.events[-1].position

    def parse(self, source: str, events: Sequence[StoredEvent]) -> list[RecordedEvent[Any]]:
        with applied_to_live(source, events):
            return self.sources[source].parse.all(events)

    async def apply_events(self, source: str, events: Sequence[RecordedEvent[Any]]) -> None:
        if not events:
            return
        with applied_to_live(source, events):
            async with self.engine.begin() as tx:
                await apply_all(self.projections, source)(tx, events)

    async def analyze(self) -> None:
        """The planner needs statistics of the new tables when queries begin to read them."""
        async with self.engine.begin() as tx:
            for name in self.table_names():
                await tx.execute(text(f'ANALYZE "{self.new}"."{name}"'))

    def table_names(self) -> list[str]:
        return [table.name for each in self.projections for table in each.tables.sorted_tables]

    # -- the swap -------------------------------------------------------------------------------------------------

    async def try_swap(self) -> bool:
        """False when readers, or the consumers themselves, use the tables the whole time."""
        await self.wait_for_long_readers()
        await self.catch_up(NEXT_EVENT_TIMEOUT)
        deadline = now() + LONGEST_STANDSTILL
        try:
            async with self.engine.begin() as tx:
                await self.lock_checkpoints(tx)
                await self.catch_up(LONGEST_STANDSTILL)
                await wait_for_readers(tx, deadline)
                await self.swap(tx)
        except (NotCaughtUp, StillReading):
            return False
        except DBAPIError as error:
            if sqlstate(error) not in LOCK_CONFLICTS:
                raise
            return False
        return True

    async def lock_checkpoints(self, tx: AsyncConnection) -> None:
        """Locks the checkpoints: until this transaction ends, no consumer of the live tables is in a transaction, or
        begins one."""
        for timeout in TIMEOUTS:
            await tx.execute(timeout)
        await tx.execute(LOCK_CHECKPOINTS, {"subscription": self.live})

    async def wait_for_long_readers(self) -> None:
        """Consumers must not stand still in vain while a backup or a report is made. Outside of a transaction: else the
        rebuilds of two services would wait for each other."""
        try:
            async with with_isolation(self.engine, "AUTOCOMMIT").connect() as connection:
                await wait_for_readers(connection, now() + LONGEST_READER)
        except StillReading:
            minutes = f"{LONGEST_READER / 60:.0f} minutes"
            raise CannotRebuild(f"a client has been reading in one transaction for {minutes}") from None

    async def swap(self, tx: AsyncConnection) -> None:
        names = self.table_names()
        live_tables = ", ".join(f'"{self.live}"."{name}"' for name in names)
        new_tables = ", ".join(f'"{self.new}"."{name}"' for name in names)
        await tx.execute(text(f"LOCK TABLE {live_tables}, {new_tables} IN ACCESS EXCLUSIVE MODE"))
        if (await tx.execute(SCHEMA, {"schema": self.new})).scalar_one_or_none() != self.schema_id:
            raise CannotRebuild("another rebuild has replaced this one")
        await tx.execute(text(f"DROP TABLE {live_tables}"))
        for name in names:
            await tx.execute(text(f'ALTER TABLE "{self.new}"."{name}" SET SCHEMA "{self.live}"'))
        await tx.execute(TOUCH, {"subscription": self.live})


@contextmanager
def applied_to_live(source: str, events: Sequence[StoredEvent | RecordedEvent[Any]]) -> Iterator[None]:
    """Turns bad data into `CannotRebuild`: the live tables contain these events, so they could be applied there."""
    try:
        yield
    except Exception as error:
        if not parked.is_poison(error):
            raise
        where = f"positions {events[0].position} to {events[-1].position} of {source}"
        raise CannotRebuild(f"{type(error).__name__} at {where}, which the live tables contain") from error


def now() -> float:
    return asyncio.get_running_loop().time()
