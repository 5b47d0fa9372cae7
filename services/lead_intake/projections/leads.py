"""Leads, one row each, in the order in which they were captured: for lists."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.lead.events import (
    CaptureFields,
    EngagementAdded,
    ExternalIdLinked,
    LeadCaptured,
    LeadMerged,
    LeadUnmerged,
)
from services.lead_intake.person.events import PersonErased
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    person_id: Named[str] = Column(Text)
    position: Named[int] = Column(BigInteger, unique=True)
    source: Named[str] = Column(Text, index=True)
    source_detail: Named[str | None] = Column(Text)
    external_id: Named[str | None] = Column(Text)
    captured_at: Named[datetime] = Column(DateTime(timezone=True), index=True)
    last_engaged_at: Named[datetime] = Column(DateTime(timezone=True))
    captures: Named[int] = Column(Integer)
    erased: Named[bool] = Column(Boolean)
    merged_into: Named[str | None] = Column(Text, index=True)


leads = Table("leads", MetaData(), Columns)
UPSERT = upsert(leads)
CHANGES = (EngagementAdded, ExternalIdLinked, LeadMerged, LeadUnmerged)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    """A batch becomes one statement: of each lead, the row after its last event."""
    changed = await stored_rows(tx, known_leads(batch))
    for recorded in batch:
        match recorded.event:
            case LeadCaptured():
                changed[recorded.subject] = new_row(recorded, recorded.event.capture)
            case EngagementAdded():
                add_engagement(changed[recorded.subject], recorded.event.capture)
            case ExternalIdLinked():
                row = changed[recorded.subject]
                row["external_id"] = row["external_id"] or recorded.event.external_id
            case LeadMerged():
                changed[recorded.subject]["merged_into"] = recorded.event.into
            case LeadUnmerged():
                changed[recorded.subject]["merged_into"] = None
            case PersonErased():
                for lead_id in recorded.event.lead_ids:
                    changed[lead_id]["erased"] = True
            case _:
                pass
    if changed:
        await tx.execute(UPSERT, rows(changed.values()))


def known_leads(batch: Sequence[RecordedEvent[IntakeEvent]]) -> set[str]:
    """Leads that the batch changes, and that earlier events have begun."""
    new = {recorded.subject for recorded in batch if isinstance(recorded.event, LeadCaptured)}
    engaged = {recorded.subject for recorded in batch if isinstance(recorded.event, CHANGES)}
    erasures = [recorded.event for recorded in batch if isinstance(recorded.event, PersonErased)]
    return (engaged | {lead_id for erasure in erasures for lead_id in erasure.lead_ids}) - new


async def stored_rows(tx: AsyncConnection, lead_ids: set[str]) -> dict[str, Row]:
    if not lead_ids:
        return {}
    found = await tx.execute(select(leads).where(leads.c.lead_id.in_(lead_ids)))
    return {row["lead_id"]: dict(row) for row in found.mappings()}


def new_row(recorded: RecordedEvent[IntakeEvent], capture: CaptureFields) -> Row:
    return {
        "lead_id": recorded.subject,
        "person_id": capture.person_id,
        "position": recorded.position,
        "source": capture.source,
        "source_detail": capture.source_detail,
        "external_id": capture.external_id,
        "captured_at": capture.received_at,
        "last_engaged_at": capture.engaged_at,
        "captures": 1,
        "erased": False,
        "merged_into": None,
    }


def add_engagement(row: Row, capture: CaptureFields) -> None:
    """Adds an engagement to a row. A late one does not make the last engagement earlier."""
    row["external_id"] = row["external_id"] or capture.external_id
    row["last_engaged_at"] = max(row["last_engaged_at"], capture.engaged_at)
    row["captures"] += 1


async def find(
    tx: AsyncConnection, source: str | None, since: datetime | None, after: int | None, limit: int
) -> list[Row]:
    """The leads in the order in which they were captured, without those that are merged into others, one more than
    `limit`."""
    query = select(leads).where(leads.c.merged_into.is_(None)).order_by(leads.c.position).limit(limit + 1)
    if source is not None:
        query = query.where(leads.c.source == source)
    if since is not None:
        query = query.where(leads.c.captured_at >= since)
    if after is not None:
        query = query.where(leads.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


async def merged_into(tx: AsyncConnection, lead_ids: Collection[str]) -> list[Row]:
    query = select(leads).where(leads.c.merged_into.in_(lead_ids)).order_by(leads.c.position)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


def with_absorbed(row: Row, absorbed: Sequence[Row]) -> Row:
    """The row of a survivor, with the captures of the leads that are merged into it."""
    rows_of_it = [row, *(each for each in absorbed if each["merged_into"] == row["lead_id"])]
    return row | {
        "captures": sum(each["captures"] for each in rows_of_it),
        "last_engaged_at": max(each["last_engaged_at"] for each in rows_of_it),
        "external_id": next((each["external_id"] for each in rows_of_it if each["external_id"]), None),
    }


PROJECTION = Projection("leads", 2, leads.metadata, {"intake": apply})
