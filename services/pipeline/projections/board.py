"""Open deals by stage: their sums, and the first of each stage with the time at which it came there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.projections.opportunities import Owners, opportunities
from services.pipeline.projections.stage_visits import stage_visits
from shared.store.ownership import owned_by

Conditions = Sequence[ColumnElement[bool]]
Rows = list[dict[str, Any]]
TABLE = opportunities.c


def open_deals(pipeline: str, owner: str | None, owners: Owners) -> Conditions:
    """`owner`: None for any. `owners`: those whose deals the caller may see."""
    chosen = [] if owner is None else [TABLE.owner == owner]
    return [TABLE.outcome.is_(None), TABLE.pipeline == pipeline, *chosen, *owned_by(TABLE.owner, owners)]


async def sums(tx: AsyncConnection, conditions: Conditions) -> Rows:
    """`stage`, `currency`, `deals` and `amount`; the currency is null for deals without an amount."""
    query = select(TABLE.stage, TABLE.currency, func.count().label("deals"), func.sum(TABLE.amount).label("amount"))
    query = query.where(*conditions).group_by(TABLE.stage, TABLE.currency)
    return await read(tx, query.order_by(TABLE.stage, TABLE.currency))


async def first_deals(tx: AsyncConnection, conditions: Conditions, limit: int) -> Rows:
    """At most `limit` of each stage, those that close next before others, each with `entered_at` of its stage."""
    order = (TABLE.close_date.asc().nulls_last(), TABLE.opportunity_id)
    place = func.row_number().over(partition_by=TABLE.stage, order_by=order).label("place")
    ranked = select(opportunities, place).where(*conditions).subquery()
    visits = stage_visits.c
    is_current = (visits.opportunity_id == ranked.c.opportunity_id) & visits.left_at.is_(None)
    query = select(ranked, visits.entered_at).join(stage_visits, is_current).where(ranked.c.place <= limit)
    return await read(tx, query.order_by(ranked.c.place))


async def read(tx: AsyncConnection, query: Executable) -> Rows:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
