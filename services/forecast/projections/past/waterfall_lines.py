"""The lines of a waterfall: the postings between two instants, and the deals before them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, any_, cast, func, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.waterfall import PostedLine
from services.forecast.periods.calendar import Period
from services.forecast.projections.ledger.deals import Owners
from services.forecast.projections.ledger.postings import postings
from services.forecast.projections.past.past_deals import Cut
from shared.store.long_work import read_in_parts
from shared.store.ownership import PLAN_EACH, plan_for
from shared.store.plans import looked_up

COLUMNS = [postings.c[name] for name in PostedLine._fields]


async def lines_between(
    tx: AsyncConnection, after: datetime, cut: Cut, period: Period, owners: Owners
) -> list[PostedLine]:
    """All postings of each event after an instant that touched the period and an account of these owners, by position
    and line."""
    touching = select(postings.c.position).where(
        postings.c.close_date.between(period.starts, period.ends),
        postings.c.occurred_at > after,
        cut.condition(postings),
        owners.condition(postings.c.owner),
    )
    if owners.names:
        await tx.execute(PLAN_EACH)
    query = select(*COLUMNS).where(postings.c.position.in_(touching)).order_by(postings.c.position, postings.c.line)
    return [PostedLine(*row) async for row in read_in_parts(tx, query)]


async def deals_at(tx: AsyncConnection, cut: Cut, deals: Collection[str]) -> Mapping[str, PostedLine]:
    """The deals in their accounts, with all of their amount, by id."""
    query = sums(cut).where(postings.c.opportunity_id == any_(literal(sorted(deals), ARRAY(Text))))
    async with looked_up(tx):
        return {line.opportunity_id: line for line in await read(tx, query)}


async def deals_of(
    tx: AsyncConnection, cut: Cut, owners: Owners, period: Period, categories: Collection[str]
) -> list[PostedLine]:
    """The deals of these owners in the period and the categories, by id."""
    if owners.is_nobody:
        return []
    query = sums(cut).where(
        owners.condition(postings.c.owner),
        postings.c.close_date.between(period.starts, period.ends),
        postings.c.category.in_(categories),
    )
    await plan_for(tx, owners.names)
    return await read(tx, query.order_by(postings.c.opportunity_id))


def sums(cut: Cut) -> Select[Any]:
    account = [postings.c[name] for name in ("opportunity_id", "owner", "close_date", "category", "currency")]
    zero = cast(literal(0), Integer)
    amount = func.sum(postings.c.amount)
    one, nothing = cast(literal(1), Integer), cast(null(), Text)
    query = select(zero, zero, *account, amount, one, nothing, func.max(postings.c.occurred_at))
    return query.where(cut.condition(postings)).group_by(*account).having(func.sum(postings.c.deals) != 0)


async def read(tx: AsyncConnection, query: Select[Any]) -> list[PostedLine]:
    return [PostedLine(*row) for row in await tx.execute(query)]
