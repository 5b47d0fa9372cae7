"""The trial balance: per account, postings = deals; over all nodes, totals of the root = deals; and where months begin,
openings = postings until then."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import ROOT
from services.forecast.projections.ledger.deals import IS_COUNTED, deals
from services.forecast.projections.ledger.node_totals import NO_CURRENCY, NO_DAY, node_totals
from services.forecast.projections.ledger.postings import postings
from services.forecast.projections.past import openings
from services.forecast.projections.past.opening_balances import balances_of, opening_balances, sums_until
from services.forecast.projections.past.opening_totals import opening_totals

MAX_LISTED = 10
ACCOUNT = ("owner", "close_date", "category", "qualified", "currency", "motion", "pipeline")
WITHOUT_OWNER = ACCOUNT[1:]
Balances = Mapping[tuple[Any, ...], tuple[Decimal, int]]
"""Amount and number of deals by account."""


def key_columns(table: Table, names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    """The columns of the key, with the values that stand for null in the totals' keys."""
    null_values = {"close_date": NO_DAY, "currency": NO_CURRENCY}
    return [
        func.coalesce(table.c[name], null_values[name]).label(name) if name in null_values else table.c[name]
        for name in names
    ]


def sum_by(table: Table, names: tuple[str, ...], amount: Any, count: Any) -> Select[Any]:
    columns = key_columns(table, names)
    return select(*columns, amount, count).group_by(*columns)


POSTINGS = sum_by(postings, ACCOUNT, func.sum(postings.c.amount), func.sum(postings.c.deals))
DEALS = sum_by(deals, ACCOUNT, func.sum(deals.c.amount), func.count()).where(IS_COUNTED)
DEALS_OF_ALL_OWNERS = sum_by(deals, WITHOUT_OWNER, func.sum(deals.c.amount), func.count()).where(IS_COUNTED)
ROOT_TOTALS = sum_by(node_totals, WITHOUT_OWNER, func.sum(node_totals.c.amount), func.sum(node_totals.c.deals)).where(
    node_totals.c.node == ROOT
)
OPENING_TOTALS = sum_by(
    opening_totals, WITHOUT_OWNER, func.sum(opening_totals.c.amount), func.sum(opening_totals.c.deals)
).where(opening_totals.c.node == ROOT)
OPENING_BALANCES = sum_by(
    opening_balances, WITHOUT_OWNER, func.sum(opening_balances.c.amount), func.sum(opening_balances.c.deals)
)


async def check_trial_balance(tx: AsyncConnection) -> list[str]:
    """`tx` has the forecast's read models as its search path."""
    return [
        *differences("postings", await balances(tx, POSTINGS), await balances(tx, DEALS)),
        *differences("totals of the root", await balances(tx, ROOT_TOTALS), await balances(tx, DEALS_OF_ALL_OWNERS)),
        *[finding for starts in await openings.kept(tx) async for finding in check_opening(tx, starts)],
    ]


async def check_opening(tx: AsyncConnection, starts: datetime) -> AsyncIterator[str]:
    kept = await balances(tx, balances_of(starts))
    added_up = await balances(tx, sums_until(starts))
    for finding in differences(f"the opening of {starts:%Y-%m}", kept, added_up, than="postings"):
        yield finding
    of_root = await balances(tx, OPENING_TOTALS.where(opening_totals.c.starts == starts))
    of_all = await balances(tx, OPENING_BALANCES.where(opening_balances.c.starts == starts))
    for finding in differences(f"totals of the opening of {starts:%Y-%m}", of_root, of_all, than="its balances"):
        yield finding


async def balances(tx: AsyncConnection, query: Select[Any]) -> Balances:
    """The balances by account, without those that are zero: such accounts need not exist."""
    rows = [tuple(row) for row in await tx.execute(query)]
    return {row[:-2]: (row[-2], int(row[-1])) for row in rows if row[-2] or row[-1]}


def differences(name: str, actual: Balances, expected: Balances, than: str = "deals") -> Iterator[str]:
    """The first few accounts that differ, and the number of the others. `than`: what is expected."""
    zero = (Decimal(0), 0)
    accounts = sorted(
        (key for key in actual.keys() | expected.keys() if actual.get(key, zero) != expected.get(key, zero)), key=str
    )
    for key in accounts[:MAX_LISTED]:
        account = " ".join(str(part) for part in key)
        found, wanted = format_balance(actual.get(key, zero)), format_balance(expected.get(key, zero))
        yield f"{account}: {found} by {name}, {wanted} by {than}"
    if len(accounts) > MAX_LISTED:
        yield f"{len(accounts) - MAX_LISTED} more accounts differ between {name} and {than}"


def format_balance(balance: tuple[Decimal, int]) -> str:
    return f"{balance[0]} in {balance[1]} deals"
