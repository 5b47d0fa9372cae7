"""Watermarks, and the clocks of those that each subscription has passed: by them an answer knows whether an event can
still come that was recorded before an instant. They are kept apart from the checkpoints, whose rows change only when an
answer may change."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, DateTime, Named, Table, Text, TypedColumns, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata


@dataclass(frozen=True, slots=True)
class Watermark:
    """Every event up to `position` is in the log, and none after it has `recorded_at` ≤ `clock`."""

    position: int
    clock: datetime


class WatermarkColumns(TypedColumns):
    """Every event recorded until `clock` is applied."""

    subscription: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    clock: Named[datetime] = Column(DateTime(timezone=True))


watermarks = Table("watermarks", metadata, WatermarkColumns)
PASS = text("""
    INSERT INTO watermarks (subscription, source, clock)
    SELECT subscription, source, :clock FROM checkpoints
    WHERE subscription = :subscription AND source = :source AND position >= :position
    ON CONFLICT (subscription, source) DO UPDATE SET clock = greatest(watermarks.clock, excluded.clock)""")


async def pass_watermark(tx: AsyncConnection, subscription: str, source: str, watermark: Watermark) -> None:
    """Records the watermark's clock, unless the subscription has not applied all events up to its position yet."""
    where = {"subscription": subscription, "source": source}
    await tx.execute(PASS, where | {"position": watermark.position, "clock": watermark.clock})


async def passed(tx: AsyncConnection, subscription: str, instant: datetime) -> set[str]:
    """The sources of which every event that was recorded until the instant is applied."""
    chosen = watermarks.c.subscription == subscription, watermarks.c.clock >= instant
    return set((await tx.execute(select(watermarks.c.source).where(*chosen))).scalars())


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    await tx.execute(delete(watermarks).where(watermarks.c.subscription == subscription))
