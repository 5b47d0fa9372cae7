"""Velocity: time in stage, the length of sales cycles, and sales velocity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

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
from services.pipeline.api.stays import stays_link
from services.pipeline.metrics.deal_sums import DealSet, DealSums, GroupKey, SumRow, Sums, by_key, null_last, total
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.velocity import CycleRow, StayRow, days, sales_velocity
from services.pipeline.metrics.win_rate import WinRate, win_rate, win_rates
from services.pipeline.metrics.window import Window
from services.pipeline.projections import deal_states, stays
from services.pipeline.setting.events import Measure
from services.pipeline.setting.state import Benchmarks
from shared.rules.money import format_amount

router = APIRouter(tags=["metrics"])
HUNDREDTH = Decimal("0.01")


class StayTimes(BaseModel):
    """`open`: how many of the deals are in the stage still. The median and the 90th percentile are null where too many
    are."""

    count: int
    open: int
    median_seconds: int | None
    p90_seconds: int | None


class StageTimes(BaseModel):
    """`latest`: each deal's last visit to the stage; `cumulative`: all its visits together. `deals`: the address of the
    list of these deals."""

    pipeline: str
    stage: str
    qualified: bool
    latest: StayTimes
    cumulative: StayTimes
    deals: str


class CycleTimes(BaseModel):
    """The times from creation to closing of the deals won in the window; null: none was won."""

    count: int
    mean_days: str | None
    median_days: str | None
    p90_days: str | None
    deals: str


class CurrencyVelocity(BaseModel):
    """`per_day` = `opportunities` x `mean_value` x win rate / mean cycle days. `opportunities`: the open ones with an
    amount in this currency."""

    currency: str
    opportunities: int
    mean_value: Amount
    per_day: Amount


class SalesVelocity(BaseModel):
    """The sales velocity, with its inputs: the open qualified deals, the win rate by count, and `cycle`."""

    open: DealFigures
    win_rate: RateView
    by_currency: list[CurrencyVelocity]


class VelocityGroup(BaseModel):
    key: dict[str, str | None]
    stages: list[StageTimes]
    cycle: CycleTimes
    sales_velocity: SalesVelocity


class VelocityMetrics(MetricWindowView):
    minimum_sample: int
    total: VelocityGroup
    groups: list[VelocityGroup]
    warnings: list[MetricWarning]


@dataclass(frozen=True)
class Found:
    """`closed`: by the dimensions and the motion."""

    stays: stays.Stays
    cycles: deal_states.Cycles
    open: Sequence[SumRow]
    closed: Sequence[SumRow]


@dataclass(frozen=True)
class Inputs:
    """The figures of one group from which its answer is made."""

    key: GroupKey
    stays: Sequence[StayRow]
    cycle: CycleRow
    open: DealSums
    won_of_closed: WinRate


@router.get("/metrics/velocity")
async def get_velocity(query: Annotated[MetricsQuery, Query()], call: Measures) -> VelocityMetrics:
    """Get the time in stage, sales cycles, and sales velocity.

    Time in stage is that of the deals whose last visit to the stage began in the window. Those that are in it at the
    window's end count as such: a median is an estimate (Kaplan and Meier), or null. Cycles and the win rate are those
    of the deals that closed in the window; the open deals are those at the instant.
    """
    by, now = query.dimensions, call.context.clock_and_ids.now()
    async with call.read() as tx:
        window, settings = await window_of(call, tx, query)
        found = await find(tx, window, now, by)
    return await view_for(call, velocity_metrics, query, by, found, settings.benchmarks)


async def find(tx: AsyncConnection, window: Window, now: datetime, by: Sequence[Dimension]) -> Found:
    return Found(
        await stays.stays(tx, window, now, by),
        await deal_states.cycles(tx, window, by),
        await deal_states.sums(tx, DealSet.OPEN, window, by),
        await deal_states.closed_sums(tx, window, [*by, Dimension.MOTION]),
    )


def velocity_metrics(
    query: MetricsQuery, by: Sequence[Dimension], found: Found, benchmarks: Benchmarks
) -> VelocityMetrics:
    open_deals = open_sums(total(found.open))
    whole = Inputs((), found.stays.whole, found.cycles.whole, open_deals, win_rate((), found.closed))
    return VelocityMetrics(
        **dict(metric_window_view(query, by)),
        minimum_sample=benchmarks.minimum_sample,
        total=velocity_group(query, [], whole, benchmarks),
        groups=[velocity_group(query, by, each, benchmarks) for each in grouped(found)] if by else [],
        warnings=amount_warnings([whole.open]),
    )


def open_sums(sums: Sums) -> DealSums:
    return sums.get((DealSet.OPEN, True), DealSums())


def grouped(found: Found) -> Iterator[Inputs]:
    stays_of: dict[GroupKey, list[StayRow]] = {}
    for stay in found.stays.groups:
        stays_of.setdefault(stay.key, []).append(stay)
    cycle_of = {row.key: row for row in found.cycles.groups}
    open_deals, rate_of = by_key(found.open), {rate.key: rate for rate in win_rates(found.closed)}
    for key in sorted({*stays_of, *cycle_of, *open_deals, *rate_of}, key=null_last):
        yield Inputs(
            key,
            stays_of.get(key, []),
            cycle_of.get(key, CycleRow(key, 0, None, None, None)),
            open_sums(open_deals.get(key, {})),
            rate_of.get(key, win_rate(key, [])),
        )


def velocity_group(
    query: MetricsQuery, by: Sequence[Dimension], inputs: Inputs, benchmarks: Benchmarks
) -> VelocityGroup:
    group = group_key(by, inputs.key)
    won = deals_link(query, group, set=DealSet.WON)
    band = benchmarks.band(Measure.WIN_RATE, group.get(Dimension.SOURCE), inputs.won_of_closed.motion)
    rate = rate_view(inputs.won_of_closed.by_count, band, benchmarks.minimum_sample)
    return VelocityGroup(
        key=group,
        stages=list(stage_times(query, group, inputs.stays)),
        cycle=cycle_times(inputs.cycle, won),
        sales_velocity=SalesVelocity(
            open=deal_figures(inputs.open, deals_link(query, group, set=DealSet.OPEN, qualified="true")),
            win_rate=rate,
            by_currency=list(currency_velocities(inputs, is_sufficient=rate.rate is not None)),
        ),
    )


def stage_times(query: MetricsQuery, group: Mapping[str, str | None], rows: Iterable[StayRow]) -> Iterator[StageTimes]:
    by_stage: dict[tuple[str, str, bool], dict[str, StayRow]] = {}
    for row in rows:
        by_stage.setdefault((row.pipeline, row.stage, row.qualified), {})[row.measure] = row
    for (pipeline, stage, qualified), found in by_stage.items():
        times = {measure: stay_times(row) for measure, row in found.items()}
        link = stays_link(query, group, found["latest"])
        yield StageTimes(pipeline=pipeline, stage=stage, qualified=qualified, deals=link, **times)


def stay_times(row: StayRow) -> StayTimes:
    median, p90 = (None if each is None else int(each) for each in (row.median, row.p90))
    return StayTimes(count=row.deals, open=row.unfinished, median_seconds=median, p90_seconds=p90)


def cycle_times(row: CycleRow, link: str) -> CycleTimes:
    return CycleTimes(
        count=row.won,
        mean_days=format_days(days(row.mean)),
        median_days=format_days(days(row.median)),
        p90_days=format_days(days(row.p90)),
        deals=link,
    )


def format_days(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(HUNDREDTH, ROUND_HALF_EVEN), "f")


def currency_velocities(inputs: Inputs, *, is_sufficient: bool) -> Iterator[CurrencyVelocity]:
    rate = inputs.won_of_closed.by_count.value if is_sufficient else None
    for currency, found in sorted(inputs.open.by_currency.items()):
        per_day = sales_velocity(found.deals, found.mean, rate, days(inputs.cycle.mean))
        yield CurrencyVelocity(
            currency=currency,
            opportunities=found.deals,
            mean_value=format_amount(found.mean, currency),
            per_day=None if per_day is None else format_amount(per_day, currency),
        )
