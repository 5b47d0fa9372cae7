"""The latest instants of each source among the events applied: an answer's `as_of` is no earlier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Named, Table, Text, TypedColumns, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections.ledger.metadata import ledger_tables
from shared.rules.message import RecordedEvent


class LatestColumns(TypedColumns):
    source: Named[str] = Column(Text, primary_key=True)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


latest = Table("latest", ledger_tables, LatestColumns)
UPSERT = text("""
    INSERT INTO latest (source, occurred_at, recorded_at) VALUES (:source, :occurred_at, :recorded_at)
    ON CONFLICT (source) DO UPDATE SET occurred_at = greatest(latest.occurred_at, excluded.occurred_at),
        recorded_at = greatest(latest.recorded_at, excluded.recorded_at)""")
LAST_OCCURRED = select(func.max(latest.c.occurred_at))


async def update(tx: AsyncConnection, source: str, recorded: Sequence[RecordedEvent[Any]]) -> None:
    row = {
        "source": source,
        "occurred_at": max(each.occurred_at for each in recorded),
        "recorded_at": max(each.recorded_at for each in recorded),
    }
    await tx.execute(UPSERT, row)


async def passed(tx: AsyncConnection, instant: datetime) -> set[str]:
    """The sources of which an event is applied that was recorded after the instant: none can come before it."""
    return set((await tx.execute(select(latest.c.source).where(latest.c.recorded_at > instant))).scalars())


async def last_occurred(tx: AsyncConnection) -> datetime | None:
    return (await tx.execute(LAST_OCCURRED)).scalar_one()
