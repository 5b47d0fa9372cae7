"""Waits for database transactions that could read tables which are about to be replaced."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

POLL_SECONDS = 0.02
RUNNING = text("""
    SELECT virtualtransaction FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'virtualxid' AND granted AND datname = current_database() AND usesysid IS NOT NULL
        AND pid <> pg_backend_pid() AND NOT pg_backend_pid() = ANY(pg_blocking_pids(pid))""")
"""Transactions of clients of whatever role. Without more rights the kind of backend of another role's session is
hidden, but its user is visible. Transactions that wait for this one are left out: they are consumers, and read
again when they go on."""


class StillReading(Exception):
    """Transactions that began before are still running at the deadline."""


async def wait_for_readers(tx: AsyncConnection, deadline: float) -> None:
    """Waits until all transactions that are running now have ended. `deadline`: on the event loop's clock. Raises
    `StillReading`.

    After the swap, their table names lead to the new tables, but their snapshots are older than the last rows there.
    Transactions that begin later find the same rows in the old tables as in the new ones.
    """
    before = set((await tx.execute(RUNNING)).scalars())
    while before & set((await tx.execute(RUNNING)).scalars()):
        if asyncio.get_running_loop().time() > deadline:
            raise StillReading
        await asyncio.sleep(POLL_SECONDS)
