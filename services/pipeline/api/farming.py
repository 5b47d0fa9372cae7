"""Farming: engagements per named account, and the share of accounts that nobody touched."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.api.metric_queries import (
    GroupQuery,
    Measures,
    MetricsQuery,
    Reads,
    WindowQuery,
    group_key,
    list_link,
    window_of,
)
from services.pipeline.api.metric_views import MetricWindowView, metric_window_view
from services.pipeline.metrics.benchmarks import Rate, format_rate
from services.pipeline.metrics.deal_sums import null_last
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.window import Window
from services.pipeline.projections import farming
from services.pipeline.projections.farming import AccountRow, FarmingRow
from shared.store.long_work import build_answer
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call

router = APIRouter(tags=["metrics"])
Q = TypeVar("Q", bound=WindowQuery)
DEFAULT_WINDOW = timedelta(days=90)


class FarmingGroup(BaseModel):
    """`untouched`: accounts on which nobody engaged, and no lead was touched. `named_accounts`: the address of the list
    of the accounts. Without an account, both quotients are null."""

    key: dict[str, str | None]
    accounts: int
    engagements: int
    engagements_per_account: str | None
    untouched: int
    untouched_share: str | None
    named_accounts: str


class FarmingMetrics(MetricWindowView):
    total: FarmingGroup
    groups: list[FarmingGroup]


class AccountsQuery(GroupQuery):
    untouched: bool | None = None
    limit: Limit = 100
    after: Cursor = None


class NamedAccount(BaseModel):
    """`touches`: first ones of a lead's cycle, by an SDR or a rep."""

    account: str
    engagements: int
    touches: int
    last_contact_at: datetime | None


@router.get("/metrics/farming")
async def get_farming(query: Annotated[MetricsQuery, Query()], call: Measures) -> FarmingMetrics:
    """Get the engagements per named account, and the share of accounts untouched, in a window; by default of 90 days.

    A named account is one with a farming deal, open or closed. An engagement counts for the account that its lead has
    today.
    """
    by = query.dimensions
    async with call.read() as tx:
        window, query = await farming_window(call, tx, query)
        (whole,) = await farming.farming(tx, window, [])
        parts = await farming.farming(tx, window, by) if by else []
    return await build_answer(farming_metrics, query, by, whole, parts)


def farming_metrics(
    query: MetricsQuery, by: Sequence[Dimension], whole: FarmingRow, parts: Sequence[FarmingRow]
) -> FarmingMetrics:
    return FarmingMetrics(
        **dict(metric_window_view(query, by)),
        total=farming_group(query, {}, whole),
        groups=[
            farming_group(query, group_key(by, row.key), row)
            for row in sorted(parts, key=lambda row: null_last(row.key))
        ],
    )


async def farming_window(call: Call, tx: AsyncConnection, query: Q) -> tuple[Window, Q]:
    """The window of the question. Without a beginning it begins 90 days before its end."""
    window, _ = await window_of(call, tx, query)
    if window.begins is not None:
        return window, query
    ends = window.ends or window.as_of or call.context.clock_and_ids.now()
    begins = ends - DEFAULT_WINDOW
    return replace(window, begins=begins), query.model_copy(update={"begins": begins})


def farming_group(query: WindowQuery, group: dict[str, str | None], row: FarmingRow) -> FarmingGroup:
    return FarmingGroup(
        key=group,
        accounts=row.accounts,
        engagements=row.engagements,
        engagements_per_account=format_rate(Rate(row.engagements, row.accounts).value),
        untouched=row.untouched,
        untouched_share=format_rate(Rate(row.untouched, row.accounts).value),
        named_accounts=list_link("accounts", query, group, {}),
    )


@router.get("/metrics/accounts")
async def list_accounts_behind_farming(query: Annotated[AccountsQuery, Query()], call: Reads) -> Page[NamedAccount]:
    """List the named accounts, with what happened on each in the window, in the order of their names."""
    cursor = decode_cursor(query.after, str)
    async with call.read() as tx:
        window, _ = await farming_window(call, tx, query)
        after = cursor[0] if cursor else None
        rows = await farming.accounts_behind(tx, window, query.group, query.untouched, after, query.limit)
    return make_page([named_account(row) for row in rows], query.limit, lambda item: [item.account])


def named_account(row: AccountRow) -> NamedAccount:
    return NamedAccount.model_validate(row._asdict())
