"""A route for each command on an opportunity."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from services.pipeline.api.opportunities import OpportunityId, external_alias
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
from shared.rules.message import Command
from shared.store.write_request import AliasClaim
from shared.web.call import Call, Needs
from shared.web.openapi import READ_AFTER_THIS, response_links

router = APIRouter(tags=["opportunities"])
Writes = Annotated[Call, Depends(Needs("pipeline:write"))]
DEAL = "/pipeline/v1/opportunities/{opportunity_id}"
ID = {"opportunity_id": "$response.body#/opportunity_id"}
LED_TO = response_links(
    opportunity=(f"GET {DEAL}", ID),
    history=(f"GET {DEAL}/history", ID | READ_AFTER_THIS),
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


class Accepted(BaseModel):
    opportunity_id: str
    position: int


class Opened(Accepted):
    created: bool


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
    subject = str(call.context.clock_and_ids.new_id())
    find = [claim.alias] if claim else []
    done = await call.write(
        DECIDER, subject, command, occurred_at=command.occurred_at, claim=claim, find=find, new=True
    )
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
    claim = AliasClaim(external_alias(call, command.external_id))
    done = await call.write(DECIDER, opportunity_id, command, claim=claim)
    return Accepted(opportunity_id=done.subject, position=done.position)


async def dated(call: Call, opportunity_id: str, command: Dated) -> Accepted:
    return await accepted(call, opportunity_id, command, command.occurred_at)


async def accepted(call: Call, opportunity_id: str, command: Command, occurred_at: datetime | None) -> Accepted:
    done = await call.write(DECIDER, opportunity_id, command, occurred_at=occurred_at)
    return Accepted(opportunity_id=done.subject, position=done.position)


async def external_claim(call: Call, external_id: str | None) -> AliasClaim | None:
    return AliasClaim(external_alias(call, external_id), await call.fingerprint()) if external_id else None
