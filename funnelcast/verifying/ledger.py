"""The trial balance: per account, what was posted is what the deals are; and the totals of the root are all of it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import ROOT
from services.forecast.projections.deals import IS_COUNTED, deals
from services.forecast.projections.node_totals import NO_CURRENCY, NO_DAY, node_totals
from services.forecast.projections.postings import postings

MOST = 10
OWNED = ("owner", "close_date", "category", "qualified", "currency", "motion", "pipeline")
Balances = Mapping[tuple[Any, ...], tuple[Decimal, int]]
"""Amount and number of deals by account."""


def keys(table: Table, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    """As the totals write them: a key has no null."""
    stands_for = {"close_date": NO_DAY, "currency": NO_CURRENCY}
    return [
        func.coalesce(table.c[name], stands_for[name]).label(name) if name in stands_for else table.c[name]
        for name in names
    ]


def grouped(table: Table, names: tuple[str, ...], amount: Any, count: Any) -> Select[Any]:
    columns = keys(table, names)
    return select(*columns, amount, count).group_by(*columns)


POSTED = grouped(postings, OWNED, func.sum(postings.c.amount), func.sum(postings.c.deals))
STANDING = grouped(deals, OWNED, func.sum(deals.c.amount), func.count()).where(IS_COUNTED)
ALL = grouped(deals, OWNED[1:], func.sum(deals.c.amount), func.count()).where(IS_COUNTED)
AT_THE_ROOT = grouped(node_totals, OWNED[1:], func.sum(node_totals.c.amount), func.sum(node_totals.c.deals)).where(
    node_totals.c.node == ROOT
)


async def check(tx: AsyncConnection) -> list[str]:
    """`tx` looks at the forecast's read models."""
    posted, standing = await balances(tx, POSTED), await balances(tx, STANDING)
    everything, at_the_root = await balances(tx, ALL), await balances(tx, AT_THE_ROOT)
    return [
        *differences("postings", posted, "deals", standing),
        *differences("totals of the root", at_the_root, "deals", everything),
    ]


async def balances(tx: AsyncConnection, query: Select[Any]) -> Balances:
    """Accounts in which nothing is left are as good as absent."""
    rows = [tuple(row) for row in await tx.execute(query)]
    return {row[:-2]: (row[-2], int(row[-1])) for row in rows if row[-2] or row[-1]}


def differences(one: str, these: Balances, other: str, those: Balances) -> Iterator[str]:
    """The first few accounts that do not agree, and how many more."""
    none = (Decimal(0), 0)
    wrong = sorted(
        (key for key in these.keys() | those.keys() if these.get(key, none) != those.get(key, none)), key=str
    )
    for key in wrong[:MOST]:
        account = " ".join(str(part) for part in key)
        yield f"{account}: {said(these.get(key, none))} by {one}, {said(those.get(key, none))} by {other}"
    if len(wrong) > MOST:
        yield f"{len(wrong) - MOST} more accounts differ between {one} and {other}"


def said(balance: tuple[Decimal, int]) -> str:
    return f"{balance[0]} in {balance[1]} deals"
