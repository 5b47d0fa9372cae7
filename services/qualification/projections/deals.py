"""Pipeline's deals as they are now, one row each: whether an account was won, and what is open on it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, MetaData, Named, Table, Text, TypedColumns, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.upstream.pipeline import Deal, PipelineEvent
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.ownership import owned_by
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    opportunity_id: Named[str] = Column(Text, primary_key=True)
    account: Named[str] = Column(Text, index=True)
    owner: Named[str] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    outcome: Named[str | None] = Column(Text)


deals = Table("deals", MetaData(), Columns)
COPIED = [column.name for column in deals.c if column.name in Deal.model_fields]
UPSERT = upsert(deals)


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """The fields of each deal after its last event."""
    last = {recorded.subject: recorded.event for recorded in batch if isinstance(recorded.event, Deal)}
    await tx.execute(UPSERT, rows(row(subject, event) for subject, event in last.items()))


def row(opportunity_id: str, event: Deal) -> dict[str, Any]:
    return {name: getattr(event, name) for name in COPIED} | {"opportunity_id": opportunity_id}


async def find_deal(tx: AsyncConnection, opportunity_id: str) -> dict[str, Any] | None:
    """The deal; None when no event of it was read."""
    result = await tx.execute(select(deals).where(deals.c.opportunity_id == opportunity_id))
    row = result.mappings().one_or_none()
    return None if row is None else dict(row)


async def owners_of(tx: AsyncConnection, opportunity_ids: Collection[str]) -> dict[str, str]:
    """The owners of the deals that are known, by id."""
    ids = literal(list(opportunity_ids), ARRAY(Text))
    query = select(deals.c.opportunity_id, deals.c.owner).where(deals.c.opportunity_id == any_(ids))
    return {row.opportunity_id: row.owner for row in await tx.execute(query)}


async def open_on(tx: AsyncConnection, account: str, owners: Collection[str] | None = None) -> list[str]:
    """The ids of the account's open deals, sorted. `owners`: those whose deals count; None: all."""
    query = select(deals.c.opportunity_id).where(deals.c.account == account, deals.c.outcome.is_(None))
    query = query.where(*owned_by(deals.c.owner, owners))
    return list((await tx.execute(query.order_by(deals.c.opportunity_id))).scalars())


async def won_on(tx: AsyncConnection, account: str) -> list[str]:
    """The ids of the account's deals that were won, sorted."""
    query = select(deals.c.opportunity_id).where(deals.c.account == account, deals.c.outcome == "won")
    return list((await tx.execute(query.order_by(deals.c.opportunity_id))).scalars())


async def is_won(tx: AsyncConnection, account: str) -> bool:
    won = select(func.count()).where(deals.c.account == account, deals.c.outcome == "won")
    return (await tx.execute(won)).scalar_one() > 0


PROJECTION = Projection("deals", 3, deals.metadata, {"pipeline": apply})
