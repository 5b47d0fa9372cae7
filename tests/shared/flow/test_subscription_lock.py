"""The sources of a subscription are applied one after the other, however long one of them takes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint
from shared.flow.batch import Batch
from shared.flow.consumer import Consumer, Progress
from shared.flow.source import StoreSource
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import RecordedEvent
from shared.store import engines
from shared.store.handler import handle
from shared.store.signal import Signal
from tests.shared.tally import TALLIES, Add, request

SOURCES = ("pipeline", "forecast")
IMPATIENT = engines.WRITER | {"lock_timeout": "100ms"}


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """One event to follow, and connections that wait less for a lock than a batch takes."""
    made = engines.engine(database, "pipeline", 4, IMPATIENT)
    async with made.begin() as tx:
        await handle(tx, ClockAndIds(), [request("a", Add(n=1))])
        for source in SOURCES:
            await checkpoint.find_or_create(tx, "totals", source)
    yield made
    await made.dispose()


async def long(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
    await tx.execute(text("SELECT pg_sleep(0.5)"))


async def follow(engine: AsyncEngine, source: str, lock: asyncio.Lock) -> None:
    events = StoreSource(engine, Signal())
    progress = Progress("totals", source)
    consumer = Consumer("totals", source, events, TALLIES, long, engine, 10, progress, lock=lock)
    await consumer.process(await Batch.parse(TALLIES, await events.read_now(0, 10), None))


async def test_a_long_batch_of_one_source_makes_the_other_wait(engine: AsyncEngine) -> None:
    lock = asyncio.Lock()
    await asyncio.gather(*(follow(engine, source, lock) for source in SOURCES))
    async with engine.connect() as tx:
        assert await checkpoint.positions(tx, "totals") == {"pipeline": 1, "forecast": 1}


async def test_without_a_common_lock_the_other_runs_into_the_lock_timeout(engine: AsyncEngine) -> None:
    """Planted: each has a turn of its own. Then the other gives up, and the batch is never seen to its end."""
    with pytest.raises(DBAPIError, match="lock timeout"):
        await asyncio.gather(*(follow(engine, source, asyncio.Lock()) for source in SOURCES))
