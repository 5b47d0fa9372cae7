"""Leads as they were captured, one row each, in that order: for lists."""

from collections.abc import Sequence
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
from services.lead_intake.lead.events import EngagementAdded, LeadCaptured
from services.lead_intake.person.events import PersonAccessed, PersonErased
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


leads = Table("leads", MetaData(), Columns)
UPSERT = upsert(leads)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    """A batch becomes one statement: of each lead, the row after its last event."""
    changed = await known(tx, earlier(facts))
    for fact in facts:
        match fact.event:
            case LeadCaptured():
                changed[fact.subject] = captured(fact, fact.event)
            case EngagementAdded():
                engage(changed[fact.subject], fact.event)
            case PersonErased():
                for lead_id in fact.event.lead_ids:
                    changed[lead_id]["erased"] = True
            case PersonAccessed():
                pass
    if changed:
        await tx.execute(UPSERT, rows(changed.values()))


def earlier(facts: Sequence[RecordedEvent[IntakeEvent]]) -> set[str]:
    """Leads that the batch touches and does not begin."""
    begun = {fact.subject for fact in facts if isinstance(fact.event, LeadCaptured)}
    engaged = {fact.subject for fact in facts if isinstance(fact.event, EngagementAdded)}
    erased = {lead_id for fact in facts if isinstance(fact.event, PersonErased) for lead_id in fact.event.lead_ids}
    return (engaged | erased) - begun


async def known(tx: AsyncConnection, lead_ids: set[str]) -> dict[str, Row]:
    if not lead_ids:
        return {}
    found = await tx.execute(select(leads).where(leads.c.lead_id.in_(lead_ids)))
    return {row["lead_id"]: dict(row) for row in found.mappings()}


def captured(fact: RecordedEvent[IntakeEvent], event: LeadCaptured) -> Row:
    return {
        "lead_id": fact.subject,
        "person_id": event.person_id,
        "position": fact.position,
        "source": event.source,
        "source_detail": event.source_detail,
        "external_id": event.external_id,
        "captured_at": event.received_at,
        "last_engaged_at": event.engaged_at,
        "captures": 1,
        "erased": False,
    }


def engage(row: Row, event: EngagementAdded) -> None:
    """A late one does not make the last engagement earlier."""
    row["external_id"] = row["external_id"] or event.external_id
    row["last_engaged_at"] = max(row["last_engaged_at"], event.engaged_at)
    row["captures"] += 1


async def find(
    tx: AsyncConnection, source: str | None, since: datetime | None, after: int | None, limit: int
) -> list[Row]:
    """In the order in which they were captured, one more than `limit`."""
    query = select(leads).order_by(leads.c.position).limit(limit + 1)
    if source is not None:
        query = query.where(leads.c.source == source)
    if since is not None:
        query = query.where(leads.c.captured_at >= since)
    if after is not None:
        query = query.where(leads.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("leads", 1, leads.metadata, {"intake": apply})
