"""Queries about opportunities."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.pipeline.api import own_deals
from services.pipeline.api.filter_warnings import unknown_names
from services.pipeline.api.opportunity_views import (
    HistoryView,
    NamedOpportunities,
    NamedOpportunity,
    OpportunityView,
    history_view,
    opportunity_view,
    state_view,
)
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.state import NotExisting, State, must_exist
from services.pipeline.process.events import ForecastCategory
from services.pipeline.projections import opportunities, stage_visits
from shared.rules.fields import Day, ExternalId, Line, Slug
from shared.rules.message import InvalidField, Message, Missing
from shared.rules.sealed import Sealed
from shared.store import vault
from shared.web.callers.place import PlaceRule
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, FilteredPage, Limit, decode_cursor, make_page, with_warnings
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["opportunities"])
Reads = Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.SUBTREE))]
OpportunityId = ResourceId
OutcomeFilter = Literal["open", "won", "lost", "recycled"]


class Lookup(Message):
    ids: Annotated[tuple[Line, ...], Field(min_length=1, max_length=1000)]


@router.get("/opportunities/{opportunity_id}")
async def get_opportunity(opportunity_id: OpportunityId, call: Reads) -> OpportunityView:
    """Get one opportunity, always current. Its version is the ETag."""
    found = await call.fold(DECIDER, opportunity_id, sealed_name, is_visible=own_deals.is_visible)
    state = must_exist(found.state)
    return state_view(opportunity_id, state, found.text(state.name), found.version)


@router.get("/opportunities")
async def list_opportunities(
    call: Reads,
    stage: Annotated[Slug | None, Query()] = None,
    owner: Annotated[Slug | None, Query()] = None,
    category: ForecastCategory | None = None,
    closing_from: Annotated[Day | None, Query()] = None,
    closing_to: Annotated[Day | None, Query()] = None,
    account: Annotated[Line | None, Query()] = None,
    outcome: OutcomeFilter | None = None,
    q: Annotated[Line | None, Query(description="Part of the account, the product or the external id")] = None,
    external_id: Annotated[ExternalId | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> FilteredPage[OpportunityView]:
    """List opportunities in the order of their ids. `q` finds parts of the account, the product and the external id, in
    upper or lower case; names are kept apart and are not searched. With `external_id`: the one that has it, always
    current. An empty list warns of a stage, an owner or an account that is not there."""
    if external_id is not None:
        return FilteredPage(items=await with_external_id(call, external_id), next=None)
    if closing_from is not None and closing_to is not None and closing_to < closing_from:
        raise InvalidField("query/closing_to", "must not lie before closing_from")
    criteria = opportunities.OpportunityFilter(
        stage=stage,
        owner=owner,
        category=category,
        closing_from=closing_from,
        closing_to=closing_to,
        account=account,
        outcome=outcome,
        text=q,
    )
    return await filtered_page(call, criteria, limit, after)


@router.post("/opportunities/lookup")
async def look_up_names(body: Lookup, call: Reads) -> NamedOpportunities:
    """Look up the names and external ids of opportunities, in the order of their ids. Unknown ids are left out."""
    async with call.read() as tx:
        rows = await opportunities.with_ids(tx, body.ids, call.subtree.nodes)
        names = await vault.read(tx, {row["name_ref"] for row in rows if row["name_ref"]})
    named = [row | {"name": names.get(row["name_ref"])} for row in rows]
    return NamedOpportunities(items=[NamedOpportunity.model_validate(row) for row in named])


@router.get("/opportunities/{opportunity_id}/history")
async def get_stage_history(opportunity_id: OpportunityId, call: Reads) -> HistoryView:
    """Get every visit to a stage, in order. Several visits to the same stage stay apart."""
    async with call.read() as tx:
        is_visible = await opportunities.is_visible(tx, opportunity_id, call.subtree.nodes)
        rows = await stage_visits.of_opportunity(tx, opportunity_id)
    if not rows or not is_visible:
        raise Missing("there is no such opportunity")
    return history_view(rows)


async def filtered_page(
    call: Call, criteria: opportunities.OpportunityFilter, limit: int, after: str | None
) -> FilteredPage[OpportunityView]:
    cursor = decode_cursor(after, str)
    last_id = cursor[0] if cursor else None
    async with call.read() as tx:
        rows = await opportunities.find(tx, criteria, call.subtree.nodes, last_id, limit)
        names = await vault.read(tx, {row["name_ref"] for row in rows if row["name_ref"]})
    views = [opportunity_view(row["opportunity_id"], row, names.get(row["name_ref"]), row["version"]) for row in rows]
    page = make_page(views, limit, lambda view: [view.opportunity_id])
    if rows or after:
        return with_warnings(page, [])
    warnings = await unknown_names(call, stage=criteria.stage, owner=criteria.owner, account=criteria.account)
    return with_warnings(page, warnings)


async def with_external_id(call: Call, external_id: str) -> list[OpportunityView]:
    """The opportunity with this external id, or none."""
    subject = await call.subject_of_alias(external_alias(call, external_id))
    if subject is None:
        return []
    try:
        return [await get_opportunity(subject, call)]
    except Missing:  # outside what the caller may see
        return []


def external_alias(call: Call, external_id: str) -> str:
    return call.context.blind_index.index("opportunity", external_id)


def sealed_name(state: State) -> Sequence[Sealed[Any] | None]:
    return [] if isinstance(state, NotExisting) else [state.name]
