"""Leads as they are now, one row each: for lists, and for the SDRs' queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.events import After, Lifecycle
from services.qualification.model.events import Grade
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    person_id: Named[str] = Column(Text)
    external_id: Named[str | None] = Column(Text)
    lead_source: Named[str] = Column(Text, index=True)
    captured_at: Named[datetime] = Column(DateTime(timezone=True))
    account: Named[str | None] = Column(Text, index=True)
    lifecycle: Named[str] = Column(Text, index=True)
    cycle: Named[int] = Column(Integer)
    mql_at: Named[datetime | None] = Column(DateTime(timezone=True))
    mql_source: Named[str | None] = Column(Text)
    touch_by: Named[datetime | None] = Column(DateTime(timezone=True))
    touched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    sdr: Named[str | None] = Column(Text)
    refused: Named[str | None] = Column(Text)
    opportunity_id: Named[str | None] = Column(Text)
    reason: Named[str | None] = Column(Text)
    next_revisit: Named[date | None] = Column(Date)
    grade: Named[str | None] = Column(Text)
    score: Named[Decimal] = Column(Numeric(24, 4))
    model_version: Named[int] = Column(Integer)
    erased: Named[bool] = Column(Boolean)
    demo_first: Named[int] = Column(Integer)
    queue_grade: Named[str] = Column(Text)


leads = Table("leads", MetaData(), Columns)
QUEUE_ORDER = (leads.c.demo_first, leads.c.queue_grade, leads.c.mql_at, leads.c.lead_id)
QUEUED = (leads.c.lifecycle == Lifecycle.MQL.value) & leads.c.erased.is_(False)
Index("leads_in_the_queue", *QUEUE_ORDER, postgresql_where=QUEUED)
COPIED = [column.name for column in leads.c if column.name in After.model_fields]
UPSERT = upsert(leads)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    """Of each lead, where the last event left it."""
    last = {fact.subject: fact.event for fact in facts if isinstance(fact.event, After)}
    await tx.execute(UPSERT, rows(row(subject, event) for subject, event in last.items()))


def row(lead_id: str, event: After) -> Row:
    copied = {name: getattr(event, name) for name in COPIED}
    urgency = {"demo_first": int(event.mql_source != "demo_request"), "queue_grade": event.grade or Grade.C}
    return copied | urgency | {"lead_id": lead_id}


@dataclass(frozen=True)
class Wanted:
    """A filter: what is none does not matter."""

    lifecycle: str | None = None
    grade: str | None = None
    source: str | None = None
    account: str | None = None
    since: datetime | None = None


async def find(tx: AsyncConnection, wanted: Wanted, after: str | None, limit: int) -> list[Row]:
    """In the order of their ids, one more than `limit`. `since`: captured then or later."""
    query = select(leads).order_by(leads.c.lead_id).limit(limit + 1)
    chosen = {"lifecycle": wanted.lifecycle, "grade": wanted.grade, "lead_source": wanted.source}
    for name, value in (chosen | {"account": wanted.account}).items():
        query = query if value is None else query.where(leads.c[name] == value)
    if wanted.since is not None:
        query = query.where(leads.c.captured_at >= wanted.since)
    if after is not None:
        query = query.where(leads.c.lead_id > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


QueueKey = tuple[int, str, datetime, str]


async def queue(tx: AsyncConnection, sdr: str | None, after: QueueKey | None, limit: int) -> list[Row]:
    """MQLs: demo requests first, then the better grade, then the older; one more than `limit`.

    With `sdr`: what that person has claimed, and what nobody has.
    """
    query = select(leads).where(QUEUED).order_by(*QUEUE_ORDER).limit(limit + 1)
    if sdr is not None:
        query = query.where((leads.c.sdr == sdr) | leads.c.sdr.is_(None))
    if after is not None:
        query = query.where(tuple_(*QUEUE_ORDER) > tuple_(*after))
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("leads", 1, leads.metadata, {"qualification": apply})
