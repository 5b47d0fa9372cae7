"""The deals behind the times in stage."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.pipeline.api.filter_warnings import unknown_names
from services.pipeline.api.metric_queries import GroupQuery, Reads, WindowQuery, list_link, window_of
from services.pipeline.metrics.velocity import StayRow
from services.pipeline.projections import stays
from shared.rules.fields import Slug
from shared.web.requests.paging import Cursor, FilteredPage, Limit, decode_cursor, make_page, with_warnings

router = APIRouter(tags=["metrics"])


class StaysQuery(GroupQuery):
    stage: Slug
    qualified: bool
    limit: Limit = 100
    after: Cursor = None


class StayBehind(BaseModel):
    """`latest_seconds`: of the last visit to the stage; `cumulative_seconds`: of all. `open`: the deal is in it still,
    and has stayed so long until now."""

    opportunity_id: str
    owner: str
    pipeline: str
    stage: str
    qualified: bool
    open: bool
    latest_seconds: int
    cumulative_seconds: int


def stays_link(query: WindowQuery, group: Mapping[str, str | None], row: StayRow) -> str:
    """The address of the list of the deals behind the times in a stage."""
    more = {"stage": row.stage, "qualified": str(row.qualified).lower()}
    return list_link("stays", query, {**group, "pipeline": row.pipeline}, more)


@router.get("/metrics/stays")
async def list_deals_behind_stays(query: Annotated[StaysQuery, Query()], call: Reads) -> FilteredPage[StayBehind]:
    """List the deals whose last visit to a stage began in the window, with their times, in the order of their ids.
    An empty list warns of a stage that is not there."""
    cursor, now = decode_cursor(query.after, str), call.context.clock_and_ids.now()
    group = {name.value: value for name, value in query.group.items()}
    where: Mapping[str, Any] = {**group, "stage": query.stage, "qualified": query.qualified}
    async with call.read() as tx:
        window, _ = await window_of(call, tx, query)
        rows = await stays.behind(tx, window, now, where, cursor[0] if cursor else None, query.limit)
    views = [StayBehind.model_validate(row) for row in rows]
    page = make_page(views, query.limit, lambda stay: [stay.opportunity_id])
    return with_warnings(page, [] if rows or query.after else await unknown_names(call, stage=query.stage))
