"""A lease: one process at a time does a service's background work, and a standby takes over within six seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

HEARTBEAT = 1.0
"""Seconds between two heartbeats."""
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('funnelcast lease'), hashtext(:name))")
TRY_LOCK_IN_TRANSACTION = text("SELECT pg_try_advisory_xact_lock(hashtext('funnelcast lease'), hashtext(:name))")
BEAT = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name LIKE 'funnelcast %'
        AND state = 'active' AND wait_event = 'ClientRead' AND state_change < now() - interval '2 seconds'
        AND pid IN (SELECT unnest(pg_blocking_pids(waiting.pid)) FROM pg_stat_activity AS waiting
            WHERE waiting.wait_event_type = 'Lock' AND waiting.state_change < now() - interval '1 second')""")
"""Ends the sessions of stopped processes for whose locks others wait, where Postgres knows no time limit. asyncpg sends
a new statement first and its arguments after the answer; between the two, the session counts as active, not as idle."""
END_HOLDER = text("""
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = CAST(hashtext('funnelcast lease') AS oid) AND objid = CAST(hashtext(:name) AS oid)""")


class LeaseLost(Exception):
    """The connection that held the lock ended: another process may hold the lease now."""


def lease_engine(url: str) -> AsyncEngine:
    """Postgres ends a session that is silent for 4 s: a process that hangs loses its lease in time for a standby."""
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
    connection ends. The effects are safe all the same: checkpoints and cursors advance by compare-and-set."""
    async with engine.connect() as connection:
        while not (await connection.execute(TRY_LOCK, {"name": name})).scalar_one():
            await asyncio.sleep(HEARTBEAT / 2)
        async with heartbeats(connection):
            yield


@asynccontextmanager
async def take_over_lease(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Takes the lease as `hold_lease` does, but ends the connection of the process that holds it. That process goes on
    until its next heartbeat fails. Yields whether there was one."""
    async with engine.connect() as connection:
        was_held = False
        while not (await connection.execute(TRY_LOCK, {"name": name})).scalar_one():
            was_held = await end_holder(connection, name) or was_held
            await asyncio.sleep(0.02)
        async with heartbeats(connection):
            yield was_held


async def end_holder(tx: AsyncConnection, name: str) -> bool:
    """Ends the connection that holds the lease; its process then starts anew. False when nobody holds it."""
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
    """Whether nobody holds the lease. If so, nobody can take it before this transaction ends."""
    return bool((await tx.execute(TRY_LOCK_IN_TRANSACTION, {"name": name})).scalar_one())


async def send_heartbeats(connection: AsyncConnection) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await connection.execute(BEAT)
        except (SQLAlchemyError, OSError) as error:
            raise LeaseLost("the connection that held the lease ended") from error
