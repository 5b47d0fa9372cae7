"""A route for each command on an opportunity, and the ways to look at them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import BaseModel

from services.pipeline.opportunity.commands import (
    Advance,
    Assign,
    Correct,
    Dated,
    Link,
    Lose,
    OpenOpportunity,
    Qualify,
    Recycle,
    Reopen,
    ReopenWith,
    SetAmount,
    SetCategory,
    SetCloseDate,
    Win,
)
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.state import NotThere, State
from services.pipeline.process.events import ForecastCategory
from services.pipeline.projections import opportunities, stage_visits
from services.pipeline.projections.opportunities import Wanted
from shared.rules.message import Command, Day, ExternalId, Line, Missing, Slug
from shared.rules.money import shown
from shared.rules.sealed import Sealed
from shared.store import vault
from shared.store.ask import Claim
from shared.web.call import Call, Needs
from shared.web.openapi import AFTER_THIS, follow
from shared.web.paging import After, Limit, Page, decode, page

router = APIRouter(tags=["opportunities"])
Reads = Annotated[Call, Depends(Needs("pipeline:read"))]
Writes = Annotated[Call, Depends(Needs("pipeline:write"))]
OpportunityId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Accepted(BaseModel):
    opportunity_id: str
    position: int


class Opened(Accepted):
    created: bool


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


# -- commands --------------------------------------------------------------------------------------------------------


DEAL = "/pipeline/v1/opportunities/{opportunity_id}"
ID = {"opportunity_id": "$response.body#/opportunity_id"}
LED_TO = follow(
    opportunity=(f"GET {DEAL}", ID),
    history=(f"GET {DEAL}/history", ID | AFTER_THIS),
    qualify=(f"POST {DEAL}/qualify", ID),
    advance=(f"POST {DEAL}/advance", ID),
    set_amount=(f"POST {DEAL}/set-amount", ID),
    set_close_date=(f"POST {DEAL}/set-close-date", ID),
    set_category=(f"POST {DEAL}/set-category", ID),
    assign=(f"POST {DEAL}/assign", ID),
    win=(f"POST {DEAL}/win", ID),
    lose=(f"POST {DEAL}/lose", ID),
    recycle=(f"POST {DEAL}/recycle", ID),
    reopen=(f"POST {DEAL}/reopen", ID),
    correct=(f"POST {DEAL}/correct", ID),
    link=(f"POST {DEAL}/link", ID),
)


@router.post(
    "/opportunities",
    status_code=201,
    responses={
        200: {"model": Opened, "description": "It was there", **LED_TO},
        201: {"description": "A new one", **LED_TO},
    },
)
async def open_opportunity(command: OpenOpportunity, call: Writes) -> Opened:
    """A deal on a named account, without a lead. The same `external_id` and body again: 200, nothing new."""
    claim = await external_claim(call, command.external_id)
    subject = str(call.running.edge.new_id())
    find = [claim.alias] if claim else []
    done = await call.ask(DECIDER, subject, command, occurred_at=command.occurred_at, claim=claim, find=find)
    if not done.created:
        call.response.status_code = 200
    return Opened(opportunity_id=done.subject, position=done.position, created=done.created)


@router.post("/opportunities/{opportunity_id}/qualify")
async def qualify(
    opportunity_id: OpportunityId,
    call: Writes,
    command: Annotated[Qualify, Body()] = Qualify(),  # noqa: B008
) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/advance")
async def advance(opportunity_id: OpportunityId, command: Advance, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-amount")
async def set_amount(opportunity_id: OpportunityId, command: SetAmount, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-close-date")
async def set_close_date(opportunity_id: OpportunityId, command: SetCloseDate, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-category")
async def set_category(opportunity_id: OpportunityId, command: SetCategory, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/assign")
async def assign(opportunity_id: OpportunityId, command: Assign, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/win")
async def win(
    opportunity_id: OpportunityId,
    call: Writes,
    command: Annotated[Win, Body()] = Win(),  # noqa: B008
) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/lose")
async def lose(opportunity_id: OpportunityId, command: Lose, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/recycle")
async def recycle(opportunity_id: OpportunityId, command: Recycle, call: Writes) -> Accepted:
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/reopen")
async def reopen(opportunity_id: OpportunityId, command: Reopen, call: Writes) -> Accepted:
    may_correct = "pipeline:correct" in call.caller.scopes
    asked = ReopenWith(asked=command, may_correct=may_correct)
    return await accepted(call, opportunity_id, asked, command.occurred_at)


@router.post("/opportunities/{opportunity_id}/correct")
async def correct(opportunity_id: OpportunityId, command: Correct, call: Writes) -> Accepted:
    call.require("pipeline:correct")
    return await dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/link")
async def link(opportunity_id: OpportunityId, command: Link, call: Writes) -> Accepted:
    claim = Claim(external_alias(call, command.external_id))
    done = await call.ask(DECIDER, opportunity_id, command, claim=claim)
    return Accepted(opportunity_id=done.subject, position=done.position)


async def dated(call: Call, opportunity_id: str, command: Dated) -> Accepted:
    return await accepted(call, opportunity_id, command, command.occurred_at)


async def accepted(call: Call, opportunity_id: str, command: Command, occurred_at: datetime | None) -> Accepted:
    done = await call.ask(DECIDER, opportunity_id, command, occurred_at=occurred_at)
    return Accepted(opportunity_id=done.subject, position=done.position)


async def external_claim(call: Call, external_id: str | None) -> Claim | None:
    return Claim(external_alias(call, external_id), await call.fingerprint()) if external_id else None


def external_alias(call: Call, external_id: str) -> str:
    return call.running.blind.index("opportunity", external_id)


# -- queries ---------------------------------------------------------------------------------------------------------


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
    after: After = None,
) -> Page[OpportunityView]:
    """In the order of their ids. With `external_id`: the one that has it, current."""
    if external_id is not None:
        subject = await call.subject_of_alias(external_alias(call, external_id))
        return Page(items=[await one(subject, call)] if subject else [], next=None)
    cursor = decode(after, str)
    wanted = Wanted(stage, owner, category, closing_from, closing_to, account)
    async with call.read() as tx:
        found = await opportunities.find(tx, wanted, cursor[0] if cursor else None, limit)
        texts = await vault.read(tx, {row["name_ref"] for row in found if row["name_ref"]})
    views = [view(row, row["opportunity_id"], texts.get(row["name_ref"]), row["version"]) for row in found]
    return page(views, limit, lambda item: [item.opportunity_id])


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


def name_of(state: State) -> list[Sealed[Any] | None]:
    return [] if isinstance(state, NotThere) else [state.name]


def view(fields: Mapping[str, Any], opportunity_id: str, name: str | None, version: int) -> OpportunityView:
    copied = {key: fields[key] for key in OpportunityView.model_fields if key in fields}
    told = {"opportunity_id": opportunity_id, "name": name, "version": version, "amount": money(fields)}
    return OpportunityView.model_validate(copied | told)


def money(fields: Mapping[str, Any]) -> ShownMoney | None:
    amount, currency = fields["amount"], fields["currency"]
    return None if amount is None else ShownMoney(amount=shown(amount, currency), currency=currency)


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
