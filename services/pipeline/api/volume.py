"""Volume and value of the pipeline, and the deals behind every number."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.pipeline.api.amounts import view_for
from services.pipeline.api.metric_queries import (
    GroupQuery,
    Measures,
    MetricsQuery,
    Reads,
    WindowQuery,
    deals_link,
    group_key,
    window_of,
)
from services.pipeline.api.metric_views import (
    DealFigures,
    MetricWarning,
    MetricWindowView,
    amount_warnings,
    deal_figures,
    metric_window_view,
)
from services.pipeline.api.opportunity_views import MoneyView, money_view
from services.pipeline.metrics.deal_sums import DealSet, DealSums, SumRow, Sums, by_key, total
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.projections import deal_states
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["metrics"])
Group = Mapping[str, str | None]
SETS = (DealSet.OPEN, DealSet.CREATED, DealSet.WON, DealSet.LOST, DealSet.RECYCLED)


class VolumeView(BaseModel):
    """`open` at the instant; the others within the window."""

    open: DealFigures
    created: DealFigures
    won: DealFigures
    lost: DealFigures
    recycled: DealFigures


class VolumeGroup(BaseModel):
    """Deals in qualified stages, and those in unqualified ones: apart, never added. Closed deals count by the stage
    that they left."""

    key: dict[str, str | None]
    qualified: VolumeView
    unqualified: VolumeView


class PipelineMetrics(MetricWindowView):
    """`groups`: one for each value of the dimensions in `by`."""

    total: VolumeGroup
    groups: list[VolumeGroup]
    warnings: list[MetricWarning]


class DealsQuery(GroupQuery):
    deal_set: Annotated[DealSet, Field(alias="set")]
    qualified: bool | None = None
    limit: Limit = 100
    after: Cursor = None

    @property
    def where(self) -> Mapping[str, Any]:
        """The values of the columns."""
        group = {name.value: value for name, value in self.group.items()}
        return group if self.qualified is None else {**group, "qualified": self.qualified}


class DealBehind(BaseModel):
    """A deal as it was at the instant."""

    opportunity_id: str
    owner: str
    motion: str
    approach: str
    pipeline: str
    product: str | None
    source: str
    mql_source: str | None
    campaign: str | None
    amount: MoneyView | None
    qualified: bool
    outcome: Literal["won", "lost", "recycled"] | None
    created_at: datetime
    qualified_at: datetime | None
    closed_at: datetime | None


@router.get("/metrics/pipeline")
async def get_pipeline_metrics(query: Annotated[MetricsQuery, Query()], call: Measures) -> PipelineMetrics:
    """Get volume and value: the deals that are open at an instant, and those created, won, lost and recycled in a
    window.

    Qualified and unqualified deals stand apart, and so does each currency. Deals count with the amounts and the owners
    that they had at the instant.
    """
    by = query.dimensions
    async with call.read() as tx:
        window, _ = await window_of(call, tx, query)
        rows = await deal_states.closed_sums(tx, window, by)
        for each in (DealSet.OPEN, DealSet.CREATED):
            rows += await deal_states.sums(tx, each, window, by)
    return await view_for(call, pipeline_metrics, query, by, rows)


def pipeline_metrics(query: MetricsQuery, by: Sequence[Dimension], rows: Sequence[SumRow]) -> PipelineMetrics:
    whole = total(rows)
    groups = [volume_group(query, group_key(by, key), sums) for key, sums in by_key(rows).items()] if by else []
    return PipelineMetrics(
        **dict(metric_window_view(query, by)),
        total=volume_group(query, {}, whole),
        groups=groups,
        warnings=amount_warnings(whole[DealSet.OPEN, qualified] for qualified in (True, False)),
    )


def volume_group(query: WindowQuery, group: Group, sums: Sums) -> VolumeGroup:
    return VolumeGroup(
        key=dict(group),
        qualified=volume_view(query, group, sums, qualified=True),
        unqualified=volume_view(query, group, sums, qualified=False),
    )


def volume_view(query: WindowQuery, group: Group, sums: Sums, *, qualified: bool) -> VolumeView:
    figures = {
        each.value: deal_figures(
            sums.get((each, qualified), DealSums()),
            deals_link(query, group, set=each.value, qualified=str(qualified).lower()),
        )
        for each in SETS
    }
    return VolumeView.model_validate(figures)


@router.get("/metrics/opportunities")
async def list_deals_behind_metrics(query: Annotated[DealsQuery, Query()], call: Reads) -> Page[DealBehind]:
    """List the deals behind a number, in the order of their ids. Every figure of a measure has the address of its
    list."""
    cursor = decode_cursor(query.after, str)
    async with call.read() as tx:
        window, _ = await window_of(call, tx, query)
        last = cursor[0] if cursor else None
        rows = await deal_states.find(tx, query.deal_set, window, query.where, last, query.limit)
    return make_page([deal_behind(row) for row in rows], query.limit, lambda deal: [deal.opportunity_id])


def deal_behind(row: Mapping[str, Any]) -> DealBehind:
    return DealBehind.model_validate(dict(row) | {"amount": money_view(row)})
