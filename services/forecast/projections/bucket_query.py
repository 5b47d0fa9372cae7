"""Sums by bucket, whatever table they are read from."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Date, FromClause, Select, case, cast, func, literal, null, select, text

from services.forecast.ledger.balances import Bucket, BucketSum, Sums
from services.forecast.projections.deal_filter import DealFilter
from shared.store.slices import in_slices

KEY_AND_BUCKET = text("1, 2, 3, 4, 5, 6")


def bucket_query(
    table: FromClause, key: Any, currency: Any, summed: Collection[Any], deal_filter: DealFilter, *, undated: bool
) -> Select[Any]:
    """Rows of the key, the five fields of a bucket, and the sums."""
    past = case((table.c.close_date < deal_filter.today, "past"), else_="due")
    close = literal("undated") if undated else past
    bucket = (close, table.c.category, table.c.qualified, currency, closing_day(table, currency, deal_filter))
    query = select(key, *bucket, *(func.sum(column) for column in summed)).where(*deal_filter.matching(table))
    return query.group_by(KEY_AND_BUCKET)


def closing_day(table: FromClause, currency: Any, deal_filter: DealFilter) -> Any:
    if deal_filter.converted_into is None:
        return cast(null(), Date)
    by_day = (table.c.category == "closed") & (currency != deal_filter.converted_into)
    return case((by_day, table.c.close_date), else_=cast(null(), Date))


async def sums_by_key(found: Iterable[tuple[Any, BucketSum]]) -> dict[str, Sums]:
    """`found`: the key and bucket of each row, with its sums."""
    sums: dict[str, dict[Bucket, BucketSum]] = defaultdict(dict)
    async for (key, *bucket), summed in in_slices(found):
        sums[key][Bucket(*bucket)] = summed
    return dict(sums)
