"""Settings for a question whose plan Postgres would misjudge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

HASHED, AS_PLANNED = text("SET LOCAL enable_sort = off"), text("SET LOCAL enable_sort TO DEFAULT")
INDEXED, AS_EXPECTED = text("SET LOCAL enable_seqscan = off"), text("SET LOCAL enable_seqscan TO DEFAULT")


@asynccontextmanager
async def hashed_groups(tx: AsyncConnection) -> AsyncIterator[None]:
    """Around a question that sums by group: Postgres expects more groups than there are, and that sorting by several
    texts costs less than it does. After an error the end of the transaction sets it back."""
    await tx.execute(HASHED)
    yield
    await tx.execute(AS_PLANNED)


@asynccontextmanager
async def looked_up(tx: AsyncConnection) -> AsyncIterator[None]:
    """Around a question about thousands of ids: Postgres expects that they cost more to look up than all rows to read,
    however many there are. After an error the end of the transaction sets it back."""
    await tx.execute(INDEXED)
    yield
    await tx.execute(AS_EXPECTED)
