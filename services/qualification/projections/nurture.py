"""Leads that went into nurture or out of it, in the order in which that was recorded, for mailing tools to follow."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Named, Table, Text, TypedColumns, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.events import ChangeEvent
from services.qualification.lead.fields import LeadFields, Lifecycle
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class MemberColumns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    reason: Named[str | None] = Column(Text)


class MoveColumns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True)
    lead_id: Named[str] = Column(Text)
    person_id: Named[str] = Column(Text)
    external_id: Named[str | None] = Column(Text)
    change: Named[str] = Column(Text)
    reason: Named[str | None] = Column(Text, index=True)
    lifecycle: Named[str] = Column(Text)
    next_revisit: Named[date | None] = Column(Date)
    at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True), index=True)


metadata = MetaData()
members = Table("nurture_members", metadata, MemberColumns)
moves = Table("nurture_moves", metadata, MoveColumns)
UPSERT_MEMBERS, UPSERT_MOVES = upsert(members), upsert(moves)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    changes = [recorded for recorded in batch if isinstance(recorded.event, ChangeEvent)]
    reasons = await reasons_of(tx, {recorded.subject for recorded in changes})
    before, found = dict(reasons), list[Row]()
    for recorded in changes:
        if isinstance(recorded.event, ChangeEvent):
            found += moved(recorded, recorded.event.after, reasons)
    if found:
        await tx.execute(UPSERT_MOVES, rows(found))
    if left := [lead_id for lead_id in before if lead_id not in reasons]:
        await tx.execute(delete(members).where(members.c.lead_id.in_(left)))
    if reasons:
        joined = [{"lead_id": lead_id, "reason": reason} for lead_id, reason in reasons.items()]
        await tx.execute(UPSERT_MEMBERS, rows(joined))


def moved(recorded: RecordedEvent[QualificationEvent], fields: LeadFields, reasons: dict[str, str | None]) -> list[Row]:
    """`reasons`: of those who are in nurture, which this changes. Who is in for another reason now comes in anew."""
    lead_id = recorded.subject
    was_in, is_in = lead_id in reasons, is_nurtured(fields)
    if was_in and is_in and reasons[lead_id] == fields.reason:
        return []
    if is_in:
        reasons[lead_id] = fields.reason
        return [move(recorded, fields, "in", fields.reason)]
    return [move(recorded, fields, "out", reasons.pop(lead_id))] if was_in else []


def is_nurtured(fields: LeadFields) -> bool:
    return fields.lifecycle is Lifecycle.NURTURE and not fields.erased and fields.merged_into is None


def move(recorded: RecordedEvent[QualificationEvent], fields: LeadFields, change: str, reason: str | None) -> Row:
    return {
        "position": recorded.position,
        "lead_id": recorded.subject,
        "person_id": fields.person_id,
        "external_id": fields.external_id,
        "change": change,
        "reason": reason,
        "lifecycle": fields.lifecycle,
        "next_revisit": fields.next_revisit,
        "at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
    }


async def reasons_of(tx: AsyncConnection, lead_ids: Collection[str]) -> dict[str, str | None]:
    found = await tx.execute(select(members).where(members.c.lead_id.in_(lead_ids)))
    return {row["lead_id"]: row["reason"] for row in found.mappings()}


async def find(
    tx: AsyncConnection, since: datetime | None, reason: str | None, after: int | None, limit: int
) -> list[Row]:
    """`since`: recorded then or later. One row more than `limit`, if there is one."""
    query = select(moves).order_by(moves.c.position).limit(limit + 1)
    query = query if since is None else query.where(moves.c.recorded_at >= since)
    query = query if reason is None else query.where(moves.c.reason == reason)
    query = query if after is None else query.where(moves.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("nurture", 1, metadata, {"qualification": apply})
