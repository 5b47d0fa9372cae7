"""The win rate of qualified pipeline."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.pipeline.api.amounts import Amount, view_for
from services.pipeline.api.metric_queries import Measures, MetricsQuery, deals_link, group_key, window_of
from services.pipeline.api.metric_views import (
    DealFigures,
    MetricWarning,
    MetricWindowView,
    RateView,
    amount_warnings,
    deal_figures,
    metric_window_view,
    rate_view,
)
from services.pipeline.metrics.benchmarks import format_rate
from services.pipeline.metrics.deal_sums import DealSet, SumRow
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.win_rate import WinRate, win_rate, win_rates
from services.pipeline.projections import deal_states
from services.pipeline.setting.events import Measure
from services.pipeline.setting.state import Benchmarks
from shared.rules.money import format_amount

router = APIRouter(tags=["metrics"])


class ValueRateView(BaseModel):
    """The win rate by the amounts in one currency. `rate`: null without an amount, or with too small a sample."""

    currency: str
    won: Amount
    lost: Amount
    rate: str | None


class WinRateGroup(BaseModel):
    """`lost`: recycled deals included. `by_count`: the deals won, of all that were won or lost."""

    key: dict[str, str | None]
    won: DealFigures
    lost: DealFigures
    by_count: RateView
    by_value: list[ValueRateView]


class WinRateMetrics(MetricWindowView):
    minimum_sample: int
    total: WinRateGroup
    groups: list[WinRateGroup]
    warnings: list[MetricWarning]


@router.get("/metrics/win-rate")
async def get_win_rate(query: Annotated[MetricsQuery, Query()], call: Measures) -> WinRateMetrics:
    """Get the win rate of the deals that closed in a window, by count and by value, with its band.

    Only deals that were qualified count; recycled ones are lost. A deal counts on the day of its last closing.
    """
    by = query.dimensions
    async with call.read() as tx:
        window, settings = await window_of(call, tx, query)
        closed = await deal_states.closed_sums(tx, window, [*by, Dimension.MOTION])
    return await view_for(call, win_rate_metrics, query, by, closed, settings.benchmarks)


def win_rate_metrics(
    query: MetricsQuery, by: Sequence[Dimension], closed: Sequence[SumRow], benchmarks: Benchmarks
) -> WinRateMetrics:
    """`closed`: by the dimensions and the motion."""
    whole = win_rate((), closed)
    groups = win_rates(closed) if by else []
    return WinRateMetrics(
        **dict(metric_window_view(query, by)),
        minimum_sample=benchmarks.minimum_sample,
        total=win_rate_group(query, [], whole, benchmarks),
        groups=[win_rate_group(query, by, group, benchmarks) for group in groups],
        warnings=amount_warnings([whole.won, whole.lost]),
    )


def win_rate_group(
    query: MetricsQuery, by: Sequence[Dimension], found: WinRate, benchmarks: Benchmarks
) -> WinRateGroup:
    group = group_key(by, found.key)
    band = benchmarks.band(Measure.WIN_RATE, group.get(Dimension.SOURCE), found.motion)
    by_count = rate_view(found.by_count, band, benchmarks.minimum_sample)
    return WinRateGroup(
        key=group,
        won=deal_figures(found.won, deals_link(query, group, set=DealSet.WON, qualified="true")),
        lost=deal_figures(found.lost, deals_link(query, group, set=DealSet.NOT_WON, qualified="true")),
        by_count=by_count,
        by_value=value_rates(found, is_sufficient=by_count.status != "insufficient_history"),
    )


def value_rates(found: WinRate, *, is_sufficient: bool) -> list[ValueRateView]:
    return [
        ValueRateView(
            currency=each.currency,
            won=format_amount(each.won, each.currency),
            lost=format_amount(each.lost, each.currency),
            rate=format_rate(each.value) if is_sufficient else None,
        )
        for each in found.by_value
    ]
