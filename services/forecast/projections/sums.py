"""Sums for a question: of nodes out of the totals, of owners out of the postings, and counts out of the deals."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Select, Table, Text, any_, bindparam, case, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Sort, Sum, Sums
from services.forecast.periods.calendar import Period
from services.forecast.projections.tables import NO_CURRENCY, NO_DAY, currencies, deals, latest, postings, pure

NODES = bindparam("nodes", type_=ARRAY(Text))
CURRENCIES = select(currencies.c.currency).order_by(currencies.c.currency).limit(2)
KEY_AND_SORT = text("1, 2, 3, 4, 5")
LATEST = select(func.max(latest.c.occurred_at))


@dataclass(frozen=True)
class Wanted:
    """What is none does not matter. `today`: close dates before it are past."""

    period: Period
    today: date
    motion: str | None = None
    pipeline: str | None = None
    qualified: bool | None = None

    @property
    def filtered(self) -> Mapping[str, Any]:
        named = {"motion": self.motion, "pipeline": self.pipeline, "qualified": self.qualified}
        return {name: value for name, value in named.items() if value is not None}

    def matching(self, table: Table) -> list[Any]:
        return [table.c[name] == value for name, value in self.filtered.items()]

    def in_period(self, table: Table) -> Any:
        return table.c.close_date.between(self.period.starts, self.period.ends)


async def of_nodes(
    tx: AsyncConnection, nodes: Collection[str], wanted: Wanted, *, undated: bool = False
) -> dict[str, Sums]:
    """Under today's chart. Of the period, or of deals without a close date."""
    days = pure.c.close_date == NO_DAY if undated else wanted.in_period(pure)
    summed = (pure.c.amount, pure.c.deals, pure.c.own_amount, pure.c.own_deals)
    query = grouped(pure, pure.c.node, func.nullif(pure.c.currency, NO_CURRENCY), summed, wanted, undated=undated)
    found = await tx.execute(query.where(pure.c.node == any_(NODES), days), {"nodes": list(nodes)})
    return by_key((row[:5], Sum(*row[5:])) for row in found)


async def of_owners(tx: AsyncConnection, wanted: Wanted, *, undated: bool = False) -> dict[str, Sums]:
    """Of all owners, whatever the chart."""
    days = postings.c.close_date.is_(None) if undated else wanted.in_period(postings)
    summed = (postings.c.amount, postings.c.deals)
    query = grouped(postings, postings.c.owner, postings.c.currency, summed, wanted, undated=undated)
    found = await tx.execute(query.where(days).having(func.sum(postings.c.deals) != 0))
    return by_key((row[:5], Sum(row[5], row[6], row[5], row[6])) for row in found)


def grouped(
    table: Table, key: Any, currency: Any, summed: Collection[Any], wanted: Wanted, *, undated: bool
) -> Select[Any]:
    past = case((table.c.close_date < wanted.today, "past"), else_="due")
    sort = (literal("undated") if undated else past, table.c.category, table.c.qualified, currency)
    query = select(key, *sort, *(func.sum(column) for column in summed)).where(*wanted.matching(table))
    return query.group_by(KEY_AND_SORT)


def by_key(found: Any) -> dict[str, Sums]:
    sums: dict[str, dict[Sort, Sum]] = defaultdict(dict)
    for (key, *sort), added in found:
        sums[key][Sort(*sort)] = added
    return dict(sums)


async def unmapped(tx: AsyncConnection, wanted: Wanted) -> dict[str, int]:
    """By owner: open deals in stages without a category, of the period or without a close date."""
    query = (
        select(deals.c.owner, func.count())
        .where(deals.c.outcome.is_(None), deals.c.stage_mapped.is_(False), *wanted.matching(deals))
        .where(or_(deals.c.close_date.is_(None), wanted.in_period(deals)))
        .group_by(deals.c.owner)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def only_currency(tx: AsyncConnection) -> str | None:
    """That of all deals; none when there are several, or no amounts at all."""
    found = [row.currency for row in await tx.execute(CURRENCIES)]
    return found[0] if len(found) == 1 else None


async def last_occurred(tx: AsyncConnection) -> datetime | None:
    """When the last event that is applied happened."""
    return (await tx.execute(LATEST)).scalar_one()
