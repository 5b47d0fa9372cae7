"""The funnel: of the cycles that entered a step in a window, how many reached the next one, and by when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.pipeline.api.metric_queries import (
    GroupQuery,
    Measures,
    MetricsQuery,
    Reads,
    group_key,
    list_link,
    window_of,
)
from services.pipeline.api.metric_views import RateBand, rate_view
from services.pipeline.benchmark.events import Status
from services.pipeline.metrics.benchmarks import Rate
from services.pipeline.metrics.deal_sums import GroupKey, null_last
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.funnel_steps import Step
from services.pipeline.metrics.window import Window
from services.pipeline.projections import funnel
from services.pipeline.projections.funnel import Cohort, EntryFilter, StepRow
from services.pipeline.setting.events import Measure
from services.pipeline.setting.state import Benchmarks
from shared.rules.fields import Instant
from shared.store.long_work import build_answer
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["metrics"])
Until = Annotated[
    Instant | None, Field(description="A later conversion does not count; by default `as_of`, or else now")
]
STEPS = ((Step.MQL, "srl", Measure.MQL_TO_SRL), (Step.SRL, "sql", Measure.SRL_TO_SQL))


class FunnelQuery(MetricsQuery):
    matured_until: Until = None


class CyclesQuery(GroupQuery):
    step: Step
    converted: bool | None = None
    matured_until: Until = None
    limit: Limit = 100
    after: Cursor = None


class CohortView(BaseModel):
    """The window of the question. Conversions after `matured_until` do not count."""

    model_config = ConfigDict(populate_by_name=True)

    begins: str | None = Field(alias="from")
    ends: str | None = Field(alias="to")
    matured_until: datetime


class StepView(BaseModel):
    """`entered`, `converted`: cycles, each of which converts at most once. `distinct_leads`: of those that entered; a
    deal that began without a lead has none. `cycles`, `converted_cycles`: the addresses of their lists."""

    model_config = ConfigDict(populate_by_name=True)

    start: Step = Field(alias="from")
    to: str
    entered: int
    converted: int
    rate: str | None
    median_seconds: int | None
    distinct_leads: int
    band: RateBand | None
    status: Status | None
    cycles: str
    converted_cycles: str


class FunnelGroup(BaseModel):
    key: dict[str, str | None]
    steps: list[StepView]


class FunnelMetrics(BaseModel):
    cohort: CohortView
    by: list[Dimension]
    minimum_sample: int
    steps: list[StepView]
    groups: list[FunnelGroup]


class CycleBehind(BaseModel):
    """`id` is unique in the list. `lead_id`, `cycle`: null for a deal that began without a lead."""

    lead_id: str | None
    cycle: int | None
    opportunity_id: str | None
    entered_at: datetime
    converted_at: datetime | None
    source: str
    mql_source: str | None
    campaign: str | None
    motion: str
    owner: str | None
    id: str


@router.get("/metrics/funnel")
async def get_funnel(query: Annotated[FunnelQuery, Query()], call: Measures) -> FunnelMetrics:
    """Get the conversion by entry cohort: of the cycles that became MQL or SRL in the window, those that reached the
    next step.

    A deal that was opened in an unqualified stage without a lead enters at SRL. An MQL has neither an owner nor a deal:
    by these dimensions its group is null.
    """
    by = query.dimensions
    async with call.read() as tx:
        window, settings = await window_of(call, tx, query)
        until = matured_until(query.matured_until, window, call.context.clock_and_ids.now())
        cohort = await funnel.steps(tx, window, until, by)
    return await build_answer(funnel_metrics, query, by, until, cohort, settings.benchmarks)


def funnel_metrics(
    query: FunnelQuery, by: list[Dimension], until: datetime, cohort: Cohort, benchmarks: Benchmarks
) -> FunnelMetrics:
    window = dict.fromkeys(("from", "to")) | query.parameters
    return FunnelMetrics(
        cohort=CohortView.model_validate(window | {"matured_until": until}),
        by=by,
        minimum_sample=benchmarks.minimum_sample,
        steps=step_views(query, {}, cohort.whole, benchmarks),
        groups=[
            FunnelGroup(key=group, steps=step_views(query, group, found, benchmarks))
            for group, found in grouped(by, cohort.groups)
        ],
    )


def matured_until(parameters: datetime | None, window: Window, now: datetime) -> datetime:
    return min(each for each in (parameters, window.as_of, now) if each is not None)


def grouped(by: Sequence[Dimension], rows: Iterable[StepRow]) -> list[tuple[dict[str, str | None], list[StepRow]]]:
    groups: dict[GroupKey, list[StepRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    return [(group_key(by, key), groups[key]) for key in sorted(groups, key=null_last)]


def step_views(
    query: FunnelQuery, group: Mapping[str, str | None], rows: Iterable[StepRow], benchmarks: Benchmarks
) -> list[StepView]:
    by_step = {row.step: row for row in rows}
    return [
        step_view(query, group, by_step.get(step, StepRow((), step, 0, 0, 0, None, "", "")), to, measure, benchmarks)
        for step, to, measure in STEPS
    ]


def step_view(
    query: FunnelQuery,
    group: Mapping[str, str | None],
    row: StepRow,
    to: str,
    measure: Measure,
    benchmarks: Benchmarks,
) -> StepView:
    band = benchmarks.band(measure, group.get(Dimension.SOURCE), row.motion)
    rate = rate_view(Rate(row.converted, row.entered), band, benchmarks.minimum_sample)
    until = {"matured_until": query.matured_until.isoformat()} if query.matured_until else {}
    link = list_link("cycles", query, group, {"step": row.step} | until)
    figures = {
        "from": row.step,
        "to": to,
        "entered": row.entered,
        "converted": row.converted,
        "rate": rate.rate,
        "median_seconds": None if row.median is None else int(row.median),
        "distinct_leads": row.leads,
        "band": rate.band,
        "status": rate.status,
        "cycles": link,
        "converted_cycles": f"{link}&converted=true",
    }
    return StepView.model_validate(figures)


@router.get("/metrics/cycles")
async def list_cycles_behind_funnel(query: Annotated[CyclesQuery, Query()], call: Reads) -> Page[CycleBehind]:
    """List the cycles behind a step of the funnel, or the SQLs of a cost, in the order in which they entered it."""
    cursor = decode_cursor(query.after, datetime.fromisoformat, str)
    async with call.read() as tx:
        window, _ = await window_of(call, tx, query)
        until = matured_until(query.matured_until, window, call.context.clock_and_ids.now())
        criteria = EntryFilter(query.step, query.converted, query.group)
        after = (cursor[0], cursor[1]) if cursor else None
        rows = await funnel.entries(tx, window, until, criteria, after, query.limit)
    return make_page([cycle_behind(row) for row in rows], query.limit, lambda item: [item.entered_at, item.id])


def cycle_behind(row: Mapping[str, Any]) -> CycleBehind:
    return CycleBehind.model_validate(row)
