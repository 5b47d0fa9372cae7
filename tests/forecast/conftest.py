"""The ledger's tables, as a projection finds them: there, and empty."""

import pytest_asyncio

from services.forecast.projections.tables import metadata
from tests.running import connected


@pytest_asyncio.fixture
async def tables(database: str) -> str:
    """The URL of a database that has them."""
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(metadata.create_all)
    return database
