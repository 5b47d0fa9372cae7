"""Open deals by stage: their sums, and the first of each stage with the time at which it came there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Executable, Text, func, literal, select, true
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


async def first_deals(tx: AsyncConnection, conditions: Conditions, stages: Sequence[str], limit: int) -> Rows:
    """Returns at most `limit` deals of each stage, those that close next first, each with `entered_at` of its stage."""
    order = (TABLE.close_date.asc().nulls_last(), TABLE.opportunity_id)
    stage = func.unnest(literal(stages, ARRAY(Text))).table_valued("stage", name="stages").render_derived()
    in_stage = select(TABLE.opportunity_id).where(TABLE.stage == stage.c.stage, *conditions).correlate(stage)
    # Ids alone are sorted, a stage at a time: whole rows of all open deals would be sorted on disk.
    first = in_stage.order_by(*order).limit(limit).lateral("first")
    visits = stage_visits.c
    is_current = (visits.opportunity_id == TABLE.opportunity_id) & visits.left_at.is_(None)
    found = stage.join(first, true()).join(opportunities, TABLE.opportunity_id == first.c.opportunity_id)
    query = select(opportunities, visits.entered_at).select_from(found.join(stage_visits, is_current))
    return await read(tx, query.order_by(*order))


async def read(tx: AsyncConnection, query: Executable) -> Rows:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
