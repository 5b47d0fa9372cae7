"""A new store is written as fast as an old one: nothing is read whole, whatever Postgres knows of the tables."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import event_store
from tests.shared.store.conftest import Write
from tests.shared.tally import Add, request

READ_WHOLE = text("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = current_schema()")
FLUSH = text("SELECT pg_stat_force_next_flush()")
TABLES = ("events", "aliases", "vault", "answers")
BATCHES = 30


async def read_whole(store: AsyncEngine, write: Write) -> int:
    """The number of whole scans of the tables while batches of forty were written."""
    before = await scans(store)
    for batch in range(BATCHES):
        names = [f"{batch}-{number}" for number in range(40)]
        write_requests = [
            request(name, Add(n=1), resolve_by=[f"alias:{name}"], also_claim=[f"alias:{name}"], idempotency_key=name)
            for name in names
        ]
        await write(*write_requests)
    return await scans(store) - before


async def scans(store: AsyncEngine) -> int:
    async with store.connect() as tx:
        await tx.execute(FLUSH)
    async with store.connect() as tx:
        return sum(row.seq_scan for row in await tx.execute(READ_WHOLE) if row.relname in TABLES)


async def test_no_table_is_read_whole(store: AsyncEngine, write: Write) -> None:
    assert await read_whole(store, write) == 0


async def test_without_the_locks_setting_tables_are_read_whole(
    store: AsyncEngine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = "SELECT pg_advisory_xact_lock(hashtext('funnelcast append'), hashtext(current_schema()))"
    monkeypatch.setattr(event_store, "LOCK", text(lock))
    assert await read_whole(store, write) > 0
