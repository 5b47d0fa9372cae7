"""Engines with another isolation level."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store.isolation import with_isolation


async def test_each_level_of_an_engine_is_made_once_and_holds(store: AsyncEngine) -> None:
    reads, snapshots = with_isolation(store, "AUTOCOMMIT"), with_isolation(store, "REPEATABLE READ")
    assert with_isolation(store, "AUTOCOMMIT") is reads
    assert reads.pool is snapshots.pool is store.pool
    async with snapshots.connect() as tx:
        assert (await tx.execute(text("SHOW transaction_isolation"))).scalar_one() == "repeatable read"
    async with store.connect() as tx:
        assert (await tx.execute(text("SHOW transaction_isolation"))).scalar_one() == "read committed"
