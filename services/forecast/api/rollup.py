"""The roll-up: what the deals below a node come to in a period, and which deals these are."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.api.question import Motion, NodeId, PeriodKey, Reads, deal_filter, moment, numbers_for
from services.forecast.api.rollup_views import (
    DealView,
    NodeFormat,
    PeriodView,
    RollupView,
    View,
    deal_view,
    warning_view,
)
from services.forecast.ledger.warnings import warnings
from services.forecast.periods.calendar import ZONE
from services.forecast.projections import currencies, node_names
from services.forecast.projections.subtree_totals import deals_behind, subtree_totals
from services.forecast.upstream.pipeline import Category
from shared.rules.message import Slug, printable
from shared.rules.money import Currency
from shared.web.call import Call
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["roll-up"])
CURRENCY = "EUR"
"""Of an answer, when the deals do not tell: there are none, or they are in several."""
MEASURE = "bookings"


class RollupQuery(BaseModel):
    """A whole question: on the same day, to the same read models, it has one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: PeriodKey | None = None
    node: Annotated[Slug | None, Field(description="By default the root")] = None
    depth: Annotated[int, Field(ge=0, le=20)] = 1
    view: View = "single"
    motion: Motion | None = None
    pipeline: Slug | None = None
    qualified: bool | None = None
    currency: Annotated[Currency | None, Field(description="By default the deals' own, if it is one")] = None


@router.get("/rollup")
async def get_rollup(query: Annotated[RollupQuery, Query()], call: Reads) -> RollupView:
    """Roll up a period, per node and category.

    A period that has ended keeps the organisation of its end. What the numbers leave out is in `warnings`. Filtered by
    motion, pipeline or qualified, only `pure` is answered.
    """
    async with call.read() as tx:
        return await cached_answer(call, tx, query)


async def cached_answer(call: Call, tx: AsyncConnection, query: RollupQuery) -> RollupView:
    """An answer that was computed before, if nothing was applied since and the day is the same; with `as_of` now."""
    now, cache = call.context.clock_and_ids.now(), call.context.answer_cache
    question = call.caller.place, query, now.astimezone(ZONE).date()
    answer: RollupView | None = cache.get(call.frontier, question)
    if answer is None:
        answer = await computed_answer(call, tx, query)
        cache.put(call.frontier, question, answer, answer.size)
    return answer.at(now)


async def computed_answer(call: Call, tx: AsyncConnection, query: RollupQuery) -> RollupView:
    at = await moment(call, tx)
    chosen = deal_filter(at, query.period, motion=query.motion, pipeline=query.pipeline, qualified=query.qualified)
    totals = await subtree_totals(await numbers_for(tx, chosen), chosen, query.node, query.depth)
    currency = query.currency or await default_currency(tx)
    names = await node_names.read(tx, totals.sums.keys())
    counts = replace(totals.counts, parked=at.parked)
    found = warnings(totals.with_undated, totals.unassigned, counts, currency)
    return RollupView(
        period=PeriodView(key=chosen.period.key, starts=chosen.period.starts, ends=chosen.period.ends),
        currency=currency,
        measure=MEASURE,
        view=query.view,
        as_of=at.as_of,
        org_as_of=min(at.as_of, chosen.period.last_instant),
        frontier=at.frontier,
        final=not at.parked,
        node=await NodeFormat(totals, names, query.view, currency, bool(chosen.columns)).tree_view(),
        warnings=[warning_view(each) for each in found],
    )


async def default_currency(tx: AsyncConnection) -> str:
    found = await currencies.all_currencies(tx)
    return found[0] if len(found) == 1 else CURRENCY


@router.get("/rollup/{node_id}/opportunities")
async def list_deals_behind(
    node_id: NodeId,
    call: Reads,
    period: PeriodKey | None = None,
    category: Annotated[Category | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[DealView]:
    """List the deals behind a number, by close date: those that the node's `pure` counts."""
    cursor = decode_cursor(after, date.fromisoformat, printable)
    async with call.read() as tx:
        chosen = deal_filter(await moment(call, tx), period)
        last = (cursor[0], cursor[1]) if cursor else None
        found = await deals_behind(await numbers_for(tx, chosen), chosen, node_id, category, last, limit)
    return make_page([deal_view(row) for row in found], limit, lambda item: [item.close_date, item.opportunity_id])
