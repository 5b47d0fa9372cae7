"""Opportunities as they are now, one row each, for lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    Uuid,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    opportunity_id: Named[str] = Column(Text, primary_key=True)
    name_ref: Named[UUID | None] = Column(Uuid)
    external_id: Named[str | None] = Column(Text)
    account: Named[str] = Column(Text, index=True)
    owner: Named[str] = Column(Text, index=True)
    motion: Named[str] = Column(Text)
    approach: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    stage: Named[str] = Column(Text, index=True)
    category: Named[str] = Column(Text, index=True)
    amount: Named[Decimal | None] = Column(Numeric(24, 4))
    currency: Named[str | None] = Column(Text)
    amount_estimated: Named[bool] = Column(Boolean)
    close_date: Named[date | None] = Column(Date, index=True)
    qualified: Named[bool] = Column(Boolean)
    outcome: Named[str | None] = Column(Text)
    lead_ids: Named[list[str]] = Column(ARRAY(Text))
    source: Named[str] = Column(Text)
    version: Named[int] = Column(Integer)


opportunities = Table("opportunities", MetaData(), Columns)
COPIED = [column.name for column in opportunities.c if column.name in OpportunityFields._fields]
UPSERT = upsert(opportunities)
NAMES = select(opportunities.c.opportunity_id, opportunities.c.name_ref)


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A batch becomes one statement: the state of each opportunity after its last event."""
    names = {one.subject: name_ref(one.event) for one in batch if isinstance(one.event, events.OpportunityOpened)}
    last = {one.subject: row(one, one.event.after) for one in batch if isinstance(one.event, events.ChangeEvent)}
    names |= await stored_names(tx, last.keys() - names.keys())
    await tx.execute(UPSERT, rows({**row, "name_ref": names[subject]} for subject, row in last.items()))


async def stored_names(tx: AsyncConnection, subjects: set[str]) -> dict[str, UUID | None]:
    found = await tx.execute(NAMES.where(opportunities.c.opportunity_id.in_(subjects)))
    return {row.opportunity_id: row.name_ref for row in found}


def name_ref(event: events.OpportunityOpened) -> UUID | None:
    return event.name.ref if event.name else None


def row(recorded: RecordedEvent[PipelineEvent], fields: OpportunityFields) -> dict[str, Any]:
    copied = {name: getattr(fields, name) for name in COPIED}
    return copied | {"opportunity_id": recorded.subject, "version": recorded.version}


@dataclass(frozen=True)
class OpportunityFilter:
    """None means any."""

    stage: str | None = None
    owner: str | None = None
    category: str | None = None
    closing_from: date | None = None
    closing_to: date | None = None
    account: str | None = None


async def find(tx: AsyncConnection, criteria: OpportunityFilter, after: str | None, limit: int) -> list[dict[str, Any]]:
    """One row more than `limit`, in the order of their ids, from behind the id `after`."""
    query = select(opportunities).order_by(opportunities.c.opportunity_id).limit(limit + 1)
    for name in ("stage", "owner", "category", "account"):
        value = getattr(criteria, name)
        query = query if value is None else query.where(opportunities.c[name] == value)
    if criteria.closing_from:
        query = query.where(opportunities.c.close_date >= criteria.closing_from)
    if criteria.closing_to:
        query = query.where(opportunities.c.close_date <= criteria.closing_to)
    if after is not None:
        query = query.where(opportunities.c.opportunity_id > after)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("opportunities", 1, opportunities.metadata, {"pipeline": apply})
