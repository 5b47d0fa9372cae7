"""Captures and what waits in quarantine, counted by day in UTC."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Column, Date, Integer, MetaData, Named, Table, Text, TypedColumns, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.lead.events import Captured, LeadCaptured
from services.lead_intake.quarantine.events import DeliveryQuarantined
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert

Dimension = Literal["source", "campaign"]
NONE = ""
"""The campaign of captures without one."""


class CaptureColumns(TypedColumns):
    day: Named[date] = Column(Date, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    campaign: Named[str] = Column(Text, primary_key=True)
    captures: Named[int] = Column(Integer)
    new_leads: Named[int] = Column(Integer)


class QuarantineColumns(TypedColumns):
    day: Named[date] = Column(Date, primary_key=True)
    reason: Named[str] = Column(Text, primary_key=True)
    deliveries: Named[int] = Column(Integer)


metadata = MetaData()
captures = Table("capture_counts", metadata, CaptureColumns)
quarantined = Table("quarantine_counts", metadata, QuarantineColumns)
ADD_CAPTURES = upsert(captures, add=["captures", "new_leads"])
ADD_QUARANTINED = upsert(quarantined, add=["deliveries"])
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    counts, new_leads = Counter[tuple[date, str, str]](), Counter[tuple[date, str, str]]()
    waiting = Counter[tuple[date, str]]()
    for recorded in batch:
        match recorded.event:
            case Captured() as event if event.capture.supplements is None:
                counts[key_of(event)] += 1
                new_leads[key_of(event)] += isinstance(event, LeadCaptured)
            case DeliveryQuarantined() as event:
                waiting[day_of(event.received_at), event.reason] += 1
            case _:
                pass
    if counts:
        await tx.execute(ADD_CAPTURES, rows(capture_row(*key, counts[key], new_leads[key]) for key in sorted(counts)))
    if waiting:
        await tx.execute(ADD_QUARANTINED, rows(quarantine_row(*key, waiting[key]) for key in sorted(waiting)))


def key_of(event: Captured) -> tuple[date, str, str]:
    """The key of the row: the day of the engagement, whenever it was captured, with source and campaign."""
    capture = event.capture
    campaign = capture.campaign.utm_campaign if capture.campaign else None
    return day_of(capture.engaged_at), str(capture.source), campaign or NONE


def day_of(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


def capture_row(day: date, source: str, campaign: str, count: int, new_leads: int) -> Row:
    return {"day": day, "source": source, "campaign": campaign, "captures": count, "new_leads": new_leads}


def quarantine_row(day: date, reason: str, count: int) -> Row:
    return {"day": day, "reason": reason, "deliveries": count}


async def by_day(tx: AsyncConnection, by: Dimension, first: date | None, last: date | None) -> list[Row]:
    """A row for each value of the dimension and each day with captures, both days included."""
    group = captures.c[by]
    totals = [func.sum(captures.c[name]).label(name) for name in ("captures", "new_leads")]
    query = select(group.label("key"), captures.c.day, *totals).group_by(group, captures.c.day)
    query = within(query, captures.c.day, first, last).order_by(group, captures.c.day)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


async def quarantined_by_reason(tx: AsyncConnection, first: date | None, last: date | None) -> list[Row]:
    total = func.sum(quarantined.c.deliveries).label("deliveries")
    query = select(quarantined.c.reason, total).group_by(quarantined.c.reason)
    query = within(query, quarantined.c.day, first, last).order_by(quarantined.c.reason)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


def within(query: Any, day: Any, first: date | None, last: date | None) -> Any:
    query = query if first is None else query.where(day >= first)
    return query if last is None else query.where(day <= last)


PROJECTION = Projection("capture_counts", 1, metadata, {"intake": apply})
