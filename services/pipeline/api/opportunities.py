"""The ways to look at opportunities."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.state import NotThere, State
from services.pipeline.process.events import ForecastCategory
from services.pipeline.projections import opportunities, stage_visits
from services.pipeline.projections.opportunities import Wanted
from shared.rules.message import Day, ExternalId, Line, Missing, Slug
from shared.rules.money import format_amount
from shared.rules.sealed import Sealed
from shared.store import vault
from shared.web.call import Call, Needs
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["opportunities"])
Reads = Annotated[Call, Depends(Needs("pipeline:read"))]
OpportunityId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ShownMoney(BaseModel):
    amount: str
    currency: str


class OpportunityView(BaseModel):
    """`version` counts its events; it is the ETag, too."""

    opportunity_id: str
    external_id: str | None
    name: str | None
    account: str
    owner: str
    motion: str
    approach: str
    pipeline: str
    stage: str
    category: str
    amount: ShownMoney | None
    amount_estimated: bool
    close_date: date | None
    qualified: bool
    outcome: Literal["won", "lost", "recycled"] | None
    lead_ids: list[str]
    source: str | None
    version: int


class Visit(BaseModel):
    """One stay in a stage; `seconds`: until it left, null while it stays."""

    stage: str
    visit: int
    entered_at: datetime
    left_at: datetime | None
    seconds: int | None
    previous_stage: str | None
    amount: ShownMoney | None
    category: str
    by: str


class HistoryView(BaseModel):
    """`cumulative_seconds`: of all finished visits to a stage."""

    visits: list[Visit]
    cumulative_seconds: dict[str, int]


@router.get("/opportunities/{opportunity_id}")
async def one(opportunity_id: OpportunityId, call: Reads) -> OpportunityView:
    known = await call.fold(DECIDER, opportunity_id, name_of)
    if isinstance(known.state, NotThere):
        raise Missing("there is no such opportunity")
    fields = {name: getattr(known.state.deal, name) for name in vars(known.state.deal)}
    return view(fields, opportunity_id, known.text(known.state.name), known.version)


@router.get("/opportunities")
async def listed(
    call: Reads,
    stage: Annotated[Slug | None, Query()] = None,
    owner: Annotated[Slug | None, Query()] = None,
    category: ForecastCategory | None = None,
    closing_from: Annotated[Day | None, Query()] = None,
    closing_to: Annotated[Day | None, Query()] = None,
    account: Annotated[Line | None, Query()] = None,
    external_id: Annotated[ExternalId | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[OpportunityView]:
    """In the order of their ids. With `external_id`: the one that has it, current."""
    if external_id is not None:
        subject = await call.subject_of_alias(external_alias(call, external_id))
        return Page(items=[await one(subject, call)] if subject else [], next=None)
    cursor = decode_cursor(after, str)
    wanted = Wanted(stage, owner, category, closing_from, closing_to, account)
    async with call.read() as tx:
        found = await opportunities.find(tx, wanted, cursor[0] if cursor else None, limit)
        texts = await vault.read(tx, {row["name_ref"] for row in found if row["name_ref"]})
    views = [view(row, row["opportunity_id"], texts.get(row["name_ref"]), row["version"]) for row in found]
    return make_page(views, limit, lambda item: [item.opportunity_id])


@router.get("/opportunities/{opportunity_id}/history")
async def history(opportunity_id: OpportunityId, call: Reads) -> HistoryView:
    """Every visit to a stage, in order; several to the same one stay apart."""
    async with call.read() as tx:
        found = await stage_visits.of_opportunity(tx, opportunity_id)
    if not found:
        raise Missing("there is no such opportunity")
    counted: dict[str, int] = defaultdict(int)
    cumulative: dict[str, int] = defaultdict(int)
    visits = []
    for row in found:
        counted[row["stage"]] += 1
        visit = shown_visit(row, counted[row["stage"]])
        cumulative[visit.stage] += visit.seconds or 0
        visits.append(visit)
    return HistoryView(visits=visits, cumulative_seconds=cumulative)


def external_alias(call: Call, external_id: str) -> str:
    return call.context.blind_index.index("opportunity", external_id)


def name_of(state: State) -> list[Sealed[Any] | None]:
    return [] if isinstance(state, NotThere) else [state.name]


def view(fields: Mapping[str, Any], opportunity_id: str, name: str | None, version: int) -> OpportunityView:
    copied = {key: fields[key] for key in OpportunityView.model_fields if key in fields}
    told = {"opportunity_id": opportunity_id, "name": name, "version": version, "amount": money(fields)}
    return OpportunityView.model_validate(copied | told)


def money(fields: Mapping[str, Any]) -> ShownMoney | None:
    amount, currency = fields["amount"], fields["currency"]
    return None if amount is None else ShownMoney(amount=format_amount(amount, currency), currency=currency)


def shown_visit(row: Mapping[str, Any], visit: int) -> Visit:
    left = row["left_at"]
    return Visit(
        stage=row["stage"],
        visit=visit,
        entered_at=row["entered_at"],
        left_at=left,
        seconds=None if left is None else int((left - row["entered_at"]).total_seconds()),
        previous_stage=row["previous_stage"],
        amount=money(row),
        category=row["category"],
        by=row["actor"],
    )
