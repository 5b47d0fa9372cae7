"""One process at a time does a service's background work; a standby follows soon."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.lease import LeaseLost, hold_lease, lease_engine
from tests.running import connected, within


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    made = lease_engine(database)
    try:
        yield made
    finally:
        await made.dispose()


async def hold(engine: AsyncEngine, name: str, held: asyncio.Event) -> None:
    async with hold_lease(engine, name):
        held.set()
        await asyncio.Event().wait()


async def test_a_second_holder_waits_until_the_first_one_leaves(engine: AsyncEngine) -> None:
    first_holds, second_holds = asyncio.Event(), asyncio.Event()
    first = asyncio.ensure_future(hold(engine, "pipeline", first_holds))
    await first_holds.wait()
    second = asyncio.ensure_future(hold(engine, "pipeline", second_holds))
    other = asyncio.ensure_future(hold(engine, "forecast", asyncio.Event()))
    await asyncio.wait({second}, timeout=1)
    assert not second_holds.is_set()
    first.cancel()
    await within(6, second_holds.wait())
    for task in (second, other):
        task.cancel()
    await asyncio.gather(first, second, other, return_exceptions=True)


async def test_a_holder_whose_connection_ends_is_cancelled(engine: AsyncEngine, database: str) -> None:
    held = asyncio.Event()
    holding = asyncio.ensure_future(hold(engine, "pipeline", held))
    await held.wait()
    async with connected(database) as mine, mine.connect() as tx:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'funnelcast lease'"
        await tx.execute(text(query))
    (error,) = await asyncio.gather(holding, return_exceptions=True)
    assert isinstance(error, BaseExceptionGroup)
    assert error.subgroup(LeaseLost)


async def test_postgres_takes_the_lease_from_a_silent_holder(engine: AsyncEngine) -> None:
    """What a stopped process looks like from outside: a session that says nothing."""
    async with engine.connect() as silent:
        await silent.execute(text("SELECT pg_advisory_lock(hashtext('funnelcast lease'), hashtext('pipeline'))"))
        held = asyncio.Event()
        standby = asyncio.ensure_future(hold(engine, "pipeline", held))
        await within(6, held.wait())
        standby.cancel()
        await asyncio.gather(standby, return_exceptions=True)
        await silent.invalidate()


async def test_a_holder_ends_sessions_that_are_silent_in_the_midst_of_a_statement(
    engine: AsyncEngine, database: str
) -> None:
    """A process that is stopped after it sent a new statement, and before it sent the arguments."""
    settings = {"application_name": "funnelcast pipeline", "idle_in_transaction_session_timeout": "1s"}
    stopped = await asyncpg.connect(database.replace("+asyncpg", ""), server_settings=settings)
    held = asyncio.Event()
    holding = asyncio.ensure_future(hold(engine, "pipeline", held))
    try:
        await stopped.execute("BEGIN; SELECT pg_advisory_xact_lock(1)")
        await stopped.prepare("SELECT $1::int")
        async with connected(database) as mine, mine.begin() as tx:
            await within(6, held.wait())
            await within(6, tx.execute(text("SELECT pg_advisory_xact_lock(1)")))
    finally:
        stopped.terminate()
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
