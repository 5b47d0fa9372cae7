"""Opportunities as they are now, one row each, for lists."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    Uuid,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from services.pipeline.opportunity.state import later_export
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.ownership import owned_by
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
    product: Named[str | None] = Column(Text)
    source: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    closed_at: Named[datetime | None] = Column(DateTime(timezone=True))
    exported_at: Named[datetime | None] = Column(DateTime(timezone=True))
    version: Named[int] = Column(Integer)


opportunities = Table("opportunities", MetaData(), Columns)
COPIED = [column.name for column in opportunities.c if column.name in OpportunityFields._fields]
UPSERT = upsert(opportunities)
CARRIED = ("name_ref", "created_at", "closed_at", "exported_at")
"""Columns that few events change: they are carried over from the row before."""
STORED = select(opportunities.c.opportunity_id, *(opportunities.c[name] for name in CARRIED))


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A batch becomes one statement: the state of each opportunity after its last event."""
    changes = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, events.ChangeEvent)]
    new = {recorded.subject for recorded, event in changes if isinstance(event, events.OpportunityOpened)}
    carried = await stored(tx, {recorded.subject for recorded, _ in changes} - new)
    last = {}
    for recorded, event in changes:
        before = carried.get(recorded.subject, {})
        exported_at = later_export(before.get("exported_at"), event.exported_at)
        changed = carried_columns(event, recorded.occurred_at) | {"exported_at": exported_at}
        carried[recorded.subject] = before | changed
        last[recorded.subject] = row(recorded, event.after)
    await tx.execute(UPSERT, rows({**row, **carried[subject]} for subject, row in last.items()))


async def stored(tx: AsyncConnection, subjects: set[str]) -> dict[str, dict[str, Any]]:
    found = await tx.execute(STORED.where(opportunities.c.opportunity_id.in_(subjects)))
    return {row["opportunity_id"]: dict(row) for row in found.mappings()}


def carried_columns(event: events.ChangeEvent, at: datetime) -> dict[str, Any]:
    match event:
        case events.OpportunityOpened():
            return {"name_ref": event.name.ref if event.name else None, "created_at": at, "closed_at": None}
        case events.StageChanged():
            return {"closed_at": at if event.after.outcome else None}
        case _:
            return {}


def row(recorded: RecordedEvent[PipelineEvent], fields: OpportunityFields) -> dict[str, Any]:
    copied = {name: getattr(fields, name) for name in COPIED}
    return copied | {"opportunity_id": recorded.subject, "version": recorded.version}


@dataclass(frozen=True)
class OpportunityFilter:
    """The conditions of a list of deals. A field that is None allows any value."""

    stage: str | None = None
    owner: str | None = None
    category: str | None = None
    closing_from: date | None = None
    closing_to: date | None = None
    account: str | None = None
    outcome: str | None = None
    """`open`: none yet."""
    text: str | None = None
    """Part of the account, the product or the external id."""


Owners = Collection[str] | None
"""The owners whose deals are found; None: all."""


async def find(
    tx: AsyncConnection, criteria: OpportunityFilter, owners: Owners, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """The deals in the order of their ids, from behind the id `after`, one more than `limit`."""
    if owners is not None and criteria.owner is not None:
        owners = {criteria.owner}.intersection(owners)
    query = select(opportunities).where(*conditions(criteria), *owned_by(opportunities.c.owner, owners))
    query = query.order_by(opportunities.c.opportunity_id)
    if after is not None:
        query = query.where(opportunities.c.opportunity_id > after)
    return [dict(row) for row in (await tx.execute(query.limit(limit + 1))).mappings()]


def conditions(criteria: OpportunityFilter) -> Iterator[ColumnElement[bool]]:
    table = opportunities.c
    for name in ("stage", "owner", "category", "account"):
        if (value := getattr(criteria, name)) is not None:
            yield table[name] == value
    if criteria.outcome is not None:
        yield table.outcome.is_(None) if criteria.outcome == "open" else table.outcome == criteria.outcome
    if criteria.closing_from:
        yield table.close_date >= criteria.closing_from
    if criteria.closing_to:
        yield table.close_date <= criteria.closing_to
    if criteria.text is not None:
        searched = (table.account, table.product, table.external_id)
        yield or_(*(column.icontains(criteria.text, autoescape=True) for column in searched))


async def open_in_stage(tx: AsyncConnection, pipeline: str, stage: str) -> list[str]:
    """The ids of the open deals in a stage, in their order."""
    table = opportunities.c
    query = select(table.opportunity_id).where(
        table.stage == stage, table.pipeline == pipeline, table.outcome.is_(None)
    )
    return list((await tx.execute(query.order_by(table.opportunity_id))).scalars())


class OpenDeals(NamedTuple):
    """The number of open deals in a stage that are qualified, or that are not."""

    stage: str
    qualified: bool
    number: int


async def open_by_stage(tx: AsyncConnection, pipeline: str) -> list[OpenDeals]:
    table = opportunities.c
    counted = (table.stage, table.qualified)
    query = select(*counted, func.count()).where(table.pipeline == pipeline, table.outcome.is_(None))
    return [OpenDeals(*row) for row in await tx.execute(query.group_by(*counted).order_by(*counted))]


async def open_of(tx: AsyncConnection, owner: str) -> list[str]:
    """The ids of the owner's open deals, in their order."""
    query = select(opportunities.c.opportunity_id).where(
        opportunities.c.owner == owner, opportunities.c.outcome.is_(None)
    )
    return list((await tx.execute(query.order_by(opportunities.c.opportunity_id))).scalars())


async def with_ids(tx: AsyncConnection, ids: Sequence[str], owners: Owners = None) -> list[dict[str, Any]]:
    """The deals that exist of these ids, in the order of the ids."""
    query = select(opportunities).where(opportunities.c.opportunity_id.in_(ids))
    query = query.where(*owned_by(opportunities.c.owner, owners))
    return [dict(row) for row in (await tx.execute(query.order_by(opportunities.c.opportunity_id))).mappings()]


async def is_visible(tx: AsyncConnection, opportunity_id: str, owners: Owners) -> bool:
    return owners is None or bool(await with_ids(tx, [opportunity_id], owners))


PROJECTION = Projection("opportunities", 3, opportunities.metadata, {"pipeline": apply})
