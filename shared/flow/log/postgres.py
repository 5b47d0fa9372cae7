"""The embedded log: tables in Postgres, with Kafka's partitions and offsets."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow.log import Fetched, LogUnavailable, UnknownTopic, check_sizes, partition_of, tables
from shared.flow.log.growth import Growth
from shared.flow.watermark import Watermark
from shared.rules.message import StoredEvent
from shared.store.isolation import with_isolation

ANSWER_TIMEOUT = 5.0
"""Seconds for one transaction: a frozen server keeps its connections open and never answers."""
LONGEST_SILENCE = 5.0
"""Seconds after which a reader looks for records without a signal."""
TRANSIENT_CLASSES = {"08", "25", "40", "53", "55", "57", "58"}
"""Classes of SQLSTATE: connection, transaction, deadlock, resources, lock timeout, shutdown, disk."""


class PostgresLog:
    """The engine belongs to the caller, and is not closed here."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._autocommit = with_isolation(engine, "AUTOCOMMIT")
        self.growth = Growth(self.all_ends)

    async def create_topic(self, topic: str, partitions: int) -> None:
        async with transaction(self._engine) as tx:
            await tx.execute(tables.CREATE, {"topic": topic, "partitions": partitions})
            await tx.execute(tables.CREATE_PARTITIONS, {"topic": topic})

    async def empty_topic(self, topic: str, partitions: int) -> None:
        await self.create_topic(topic, partitions)
        async with transaction(self._engine) as tx:
            await tx.execute(tables.LOCK_TOPIC, {"topic": topic})
            await tx.execute(tables.RESET_OFFSETS, {"topic": topic})
            await tx.execute(tables.DELETE_RECORDS, {"topic": topic})

    @asynccontextmanager
    async def publisher(self, topic: str, source: str) -> AsyncIterator["PostgresPublisher"]:
        await self.ends(topic)
        yield PostgresPublisher(self, self._engine, topic)

    @asynccontextmanager
    async def reader(self, topic: str, offsets: Mapping[int, int]) -> AsyncIterator["PostgresReader"]:
        ends = await self.ends(topic)
        wanted = {partition: offsets.get(partition, 0) for partition in ends}
        start = {partition: offset if offset <= ends[partition] else 0 for partition, offset in wanted.items()}
        async with self.growth.watched():
            yield PostgresReader(self, self._autocommit, topic, start)

    async def ends(self, topic: str) -> Mapping[int, int]:
        async with transaction(self._autocommit) as tx:
            rows = (await tx.execute(tables.ENDS, {"topic": topic})).all()
        if not rows:
            raise UnknownTopic(topic)
        return {row.partition: row.next_offset for row in rows}

    async def all_ends(self) -> Mapping[str, int]:
        """The sum of its partitions' ends, for each topic."""
        async with transaction(self._autocommit) as tx:
            return {row.topic: row.end for row in await tx.execute(tables.ALL_ENDS)}

    async def set_watermark(self, source: str, watermark: Watermark) -> None:
        async with transaction(self._autocommit) as tx:
            row = {"source": source, "position": watermark.position, "clock": watermark.clock}
            await tx.execute(tables.SET_WATERMARK, row)

    async def watermark(self, source: str) -> Watermark | None:
        async with transaction(self._autocommit) as tx:
            row = (await tx.execute(tables.WATERMARK, {"source": source})).one_or_none()
        return Watermark(row.position, row.clock) if row else None

    async def check(self) -> None:
        async with transaction(self._autocommit) as tx:
            await tx.execute(tables.CHECK)

    async def close(self) -> None:
        """Does nothing: there is nothing to free."""


@dataclass
class PostgresPublisher:
    log: PostgresLog
    engine: AsyncEngine
    topic: str
    failed: bool = False

    async def publish(self, events: Sequence[StoredEvent]) -> None:
        check_sizes(events)
        if self.failed:
            raise LogUnavailable("this publisher failed before")
        self.failed = True
        async with transaction(self.engine) as tx:
            await append(tx, self.topic, events)
        self.failed = False
        self.log.growth.signals[self.topic].notify()


async def append(tx: AsyncConnection, topic: str, events: Sequence[StoredEvent]) -> None:
    partitions = (await tx.execute(tables.LOCK_TOPIC, {"topic": topic})).scalar_one_or_none()
    if partitions is None:
        raise UnknownTopic(topic)
    chosen = [partition_of(event.stream, partitions) for event in events]
    sizes = Counter(chosen)
    reserved = await tx.execute(
        tables.RESERVE_OFFSETS, {"topic": topic, "partition": list(sizes), "records": list(sizes.values())}
    )
    offsets = {row.partition: count(row.record_offset) for row in reserved}
    rows = {name: [getattr(event, name) for event in events] for name in StoredEvent._fields}
    places = {"topic": topic, "partition": chosen, "record_offset": [next(offsets[each]) for each in chosen]}
    await tx.execute(tables.APPEND, rows | places)


@dataclass
class PostgresReader:
    log: PostgresLog
    engine: AsyncEngine
    topic: str
    offsets: dict[int, int]
    _silent: tuple[int, tuple[int, ...]] | None = None
    """The signal's count before the last look that found nothing, and the partitions."""
    _looks_at: float = 0.0

    @property
    def partitions(self) -> Collection[int]:
        return self.offsets.keys()

    async def read(self, partitions: Collection[int], wait: float) -> Mapping[int, Sequence[Fetched]]:
        """Looks for records only when something was published since the last look, or after a long silence."""
        signal, end, asked = self.log.growth.signals[self.topic], now() + wait, tuple(partitions)
        while True:
            known = signal.count
            if self._silent != (known, asked) or now() >= self._looks_at:
                fetched = await self.fetch(asked)
                if fetched:
                    self._silent = None
                    return fetched
                self._silent, self._looks_at = (known, asked), now() + LONGEST_SILENCE
            if now() >= end:
                return {}
            await signal.wait(known, end - now())

    async def fetch(self, partitions: Collection[int]) -> Mapping[int, Sequence[Fetched]]:
        start = {partition: self.offsets[partition] for partition in partitions}
        places = {"topic": self.topic, "partition": list(start), "next_offset": list(start.values())}
        async with transaction(self.engine) as tx:
            rows = (await tx.execute(tables.READ, places)).all()
        fetched: dict[int, list[Fetched]] = defaultdict(list)
        for row in rows:
            fetched[row[0]].append(to_fetched(row))
        self.offsets |= {partition: records[-1].offset + 1 for partition, records in fetched.items()}
        return fetched

    async def ends(self) -> Mapping[int, int]:
        return await self.log.ends(self.topic)


def to_fetched(row: Row[*tuple[object, ...]]) -> Fetched:
    return Fetched(row[1], StoredEvent(*row[2:]))  # type: ignore[arg-type]


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT), engine.begin() as tx:
            yield tx
    except DBAPIError as error:
        if not is_transient(error):
            raise
        raise LogUnavailable(str(error.orig)) from error
    except (OSError, TimeoutError, PoolTimeout) as error:
        raise LogUnavailable(str(error) or f"no answer in {ANSWER_TIMEOUT} seconds") from error


def is_transient(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state[:2] in TRANSIENT_CLASSES


def now() -> float:
    return asyncio.get_running_loop().time()
