"""The deals behind a number of the roll-up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.forecast.answers.moment import Instants, in_calendar
from services.forecast.answers.question import deal_filter, numbers_for
from services.forecast.answers.visible import visible_overrides, visible_owners
from services.forecast.api.amount_views import MoneyView, money_view
from services.forecast.api.moment import AsOf, KnownAt, OrgAsOf, find_moment, wait_until_known
from services.forecast.api.override_views import OverrideLineView, override_line_view
from services.forecast.api.parameters import NodeId, PeriodKey
from services.forecast.api.places import ReadsBelow, visible_node
from services.forecast.projections.overrides_below import overrides_below
from services.forecast.projections.subtree_totals import deals_behind
from services.forecast.upstream.pipeline import Category
from shared.rules.fields import Slug, printable
from shared.store import vault
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["roll-up"])


class DealView(BaseModel):
    opportunity_id: str
    external_id: str | None
    account: str
    owner: str
    motion: str
    pipeline: str
    stage: str
    category: str
    qualified: bool
    amount: MoneyView | None
    close_date: date | None


def deal_view(row: Mapping[str, Any]) -> DealView:
    copied = {name: row[name] for name in DealView.model_fields if name != "amount"}
    return DealView.model_validate(copied | {"amount": money_view(row["amount"], row["currency"])})


def page_key(deal: DealView) -> list[Any]:
    return [deal.close_date or date.max, deal.opportunity_id]


class DealsBehindView(Page[DealView]):
    """A page of deals, and the overrides in force."""

    overrides: list[OverrideLineView]


@router.get("/rollup/{node_id}/opportunities")
async def list_deals_behind(
    node_id: NodeId,
    call: ReadsBelow,
    period: PeriodKey | None = None,
    calendar: Annotated[Slug | None, Query(description="By default that of the settings")] = None,
    category: Annotated[Category | None, Query()] = None,
    as_of: Annotated[AsOf | None, Query()] = None,
    known_at: Annotated[KnownAt | None, Query()] = None,
    org_as_of: Annotated[OrgAsOf | None, Query()] = None,
    owner_inactive: Annotated[bool, Query(description="Only those whose owner has left the organisation")] = False,
    undated: Annotated[bool, Query(description="Those without a close date, which are in no period")] = False,
    stage_unmapped: Annotated[
        bool, Query(description="Only open ones in a stage that has no forecast category")
    ] = False,
    limit: Limit = 100,
    after: Cursor = None,
) -> DealsBehindView:
    """List the deals behind a number, by close date: those that the node's `pure` counts.

    Overrides of the node and below it, which may account for the rest of a number, are lines of their own on each page.
    """
    cursor = decode_cursor(after, date.fromisoformat, printable)
    await wait_until_known(call, known_at)
    async with call.read() as tx:
        await visible_node(call, tx, node_id)
        moment = await in_calendar(tx, await find_moment(call, tx, Instants(as_of, known_at, org_as_of)), calendar)
        chosen = replace(await deal_filter(tx, moment, period), undated=undated, unmapped=stage_unmapped)
        last = (cursor[0], cursor[1]) if cursor else None
        numbers = await numbers_for(tx, moment, chosen.period)
        visible = await visible_owners(tx, call.subtree)
        found = await deals_behind(numbers, chosen, node_id, category, last, limit, visible, of_inactive=owner_inactive)
        every = await overrides_below(tx, numbers, chosen.period, node_id, moment.as_of, moment.known)
        below = visible_overrides(every, call.subtree)
        notes = await vault.read(tx, {row.note_ref for row in below.rows})
    page = make_page([deal_view(row) for row in found], limit, page_key)
    return DealsBehindView(**dict(page), overrides=[override_line_view(row, notes) for row in below.rows])
