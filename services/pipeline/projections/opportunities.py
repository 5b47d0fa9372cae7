"""Opportunities as they are now, one row each: for lists."""

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
from services.pipeline.opportunity.events import After, OpportunityOpened
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
COPIED = [column.name for column in opportunities.c if column.name in After.model_fields]
UPSERT = upsert(opportunities)
NAMES = select(opportunities.c.opportunity_id, opportunities.c.name_ref)


async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A batch becomes one statement: of each opportunity, the state after its last event."""
    names = {fact.subject: fact.event for fact in facts if isinstance(fact.event, OpportunityOpened)}
    last = {fact.subject: (fact, fact.event) for fact in facts if isinstance(fact.event, After)}
    known = await names_of(tx, last.keys() - names.keys())
    for subject, event in names.items():
        known[subject] = event.name.ref if event.name else None
    await tx.execute(UPSERT, rows(row(fact, event, known[subject]) for subject, (fact, event) in last.items()))


async def names_of(tx: AsyncConnection, subjects: set[str]) -> dict[str, UUID | None]:
    found = await tx.execute(NAMES.where(opportunities.c.opportunity_id.in_(subjects)))
    return {one.opportunity_id: one.name_ref for one in found}


def row(fact: RecordedEvent[PipelineEvent], event: After, name_ref: UUID | None) -> dict[str, Any]:
    copied = {name: getattr(event, name) for name in COPIED}
    return copied | {"opportunity_id": fact.subject, "name_ref": name_ref, "version": fact.version}


@dataclass(frozen=True)
class Wanted:
    """A filter: what is none does not matter."""

    stage: str | None = None
    owner: str | None = None
    category: str | None = None
    closing_from: date | None = None
    closing_to: date | None = None
    account: str | None = None


async def find(tx: AsyncConnection, wanted: Wanted, after: str | None, limit: int) -> list[dict[str, Any]]:
    """In the order of their ids, one more than `limit`."""
    query = select(opportunities).order_by(opportunities.c.opportunity_id).limit(limit + 1)
    for name in ("stage", "owner", "category", "account"):
        value = getattr(wanted, name)
        query = query if value is None else query.where(opportunities.c[name] == value)
    if wanted.closing_from:
        query = query.where(opportunities.c.close_date >= wanted.closing_from)
    if wanted.closing_to:
        query = query.where(opportunities.c.close_date <= wanted.closing_to)
    if after is not None:
        query = query.where(opportunities.c.opportunity_id > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("opportunities", 1, opportunities.metadata, {"pipeline": apply})
