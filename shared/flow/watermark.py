"""How far a subscription's sources are known to be complete: whether an event can still come that was recorded before
an instant. Kept apart from the checkpoints, whose rows change only when an answer may."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Named, Table, Text, TypedColumns, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.log import Watermark
from shared.store.event_store import metadata


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
    """Does nothing while the subscription has not applied all events up to the watermark's position."""
    where = {"subscription": subscription, "source": source}
    await tx.execute(PASS, where | {"position": watermark.position, "clock": watermark.clock})


async def passed(tx: AsyncConnection, subscription: str, instant: datetime) -> set[str]:
    """The sources of which every event that was recorded until the instant is applied."""
    chosen = watermarks.c.subscription == subscription, watermarks.c.clock >= instant
    return set((await tx.execute(select(watermarks.c.source).where(*chosen))).scalars())


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    await tx.execute(delete(watermarks).where(watermarks.c.subscription == subscription))
