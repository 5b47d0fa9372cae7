"""Who does a service's background work: one process at a time, a standby within six seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

HEARTBEAT = 1.0
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('funnelcast lease'), hashtext(:name))")
TRY_LOCK_IN_TRANSACTION = text("SELECT pg_try_advisory_xact_lock(hashtext('funnelcast lease'), hashtext(:name))")
BEAT = text("SELECT 1")
END_HOLDER = text("""
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = CAST(hashtext('funnelcast lease') AS oid) AND objid = CAST(hashtext(:name) AS oid)""")


class LeaseLost(Exception):
    """The lock's connection ended: somebody else may hold it now."""


def lease_engine(url: str) -> AsyncEngine:
    """Postgres ends a session that is silent for 4 s, so a stopped process gives its lease up in time for a standby."""
    settings = {"idle_session_timeout": "4s", "application_name": "funnelcast lease"}
    return create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"server_settings": settings, "timeout": 5, "command_timeout": 5},
    )


@asynccontextmanager
async def hold_lease(engine: AsyncEngine, name: str) -> AsyncIterator[None]:
    """Waits until the lease is free, holds it while the body runs, and cancels the body with `LeaseLost` when the
    connection ends. The effects are safe anyway: checkpoints and cursors move by compare-and-set."""
    async with engine.connect() as connection:
        while not (await connection.execute(TRY_LOCK, {"name": name})).scalar_one():
            await asyncio.sleep(HEARTBEAT / 2)
        async with heartbeats(connection):
            yield


@asynccontextmanager
async def take_over_lease(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """The same, but whoever has it loses it: as when its connection ends. Yields whether somebody had it; they notice
    at their next heartbeat, and until then go on."""
    async with engine.connect() as connection:
        had = False
        while not (await connection.execute(TRY_LOCK, {"name": name})).scalar_one():
            had = await end_holder(connection, name) or had
            await asyncio.sleep(0.02)
        async with heartbeats(connection):
            yield had


async def end_holder(tx: AsyncConnection, name: str) -> bool:
    """Whoever holds it starts anew. Whether somebody did."""
    return bool((await tx.execute(END_HOLDER, {"name": name})).all())


@asynccontextmanager
async def heartbeats(connection: AsyncConnection) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(send_heartbeats(connection))
        try:
            yield
        finally:
            task.cancel()


async def is_free(tx: AsyncConnection, name: str) -> bool:
    """Whether nobody holds it; then nobody will before this transaction ends."""
    return bool((await tx.execute(TRY_LOCK_IN_TRANSACTION, {"name": name})).scalar_one())


async def send_heartbeats(connection: AsyncConnection) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await connection.execute(BEAT)
        except (SQLAlchemyError, OSError) as error:
            raise LeaseLost("the connection that held the lease ended") from error
