"""A route for each command on an opportunity."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from services.pipeline.api import own_deals
from services.pipeline.api.opportunities import OpportunityId, external_alias
from services.pipeline.api.owner_warnings import OwnerWarning, reply_about, warnings_of
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from shared.rules.message import Command
from shared.store.claims import AliasClaim
from shared.web.callers.access import Scope
from shared.web.callers.place import PlaceRule
from shared.web.documents.openapi import READ_AFTER_THIS, response_links
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["opportunities"])
Writes = Annotated[Call, Depends(Needs("pipeline:write", place=PlaceRule.SUBTREE))]
DEAL = "/pipeline/v1/opportunities/{opportunity_id}"
ID = {"opportunity_id": "$response.body#/opportunity_id"}
LINKS = response_links(
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


class AcceptedChange(BaseModel):
    """`warnings`: about the owner that the deal is given to."""

    opportunity_id: str
    position: int
    warnings: list[OwnerWarning] = []


class OpenedOpportunity(AcceptedChange):
    created: bool


@router.post(
    "/opportunities",
    status_code=201,
    responses={
        200: {"model": OpenedOpportunity, "description": "The opportunity exists already", **LINKS},
        201: {"description": "A new opportunity", **LINKS},
    },
)
async def open_opportunity(command: commands.OpenOpportunity, call: Writes) -> OpenedOpportunity:
    """Open a deal on a named account, without a lead. The same `external_id` and body again: 200, nothing new."""
    claim = await external_claim(call, command.external_id)
    subject = str(call.context.clock_and_ids.new_id())
    find = [claim.alias] if claim else []
    done = await call.write(
        DECIDER,
        subject,
        command,
        occurred_at=command.occurred_at,
        claim=claim,
        resolve_by=find,
        is_new_stream=True,
        permit=await own_deals.permit_opening(call, command.owner),
        reply=await reply_about(call, command.owner),
    )
    if not done.created:
        call.response.status_code = 200
    return OpenedOpportunity(
        opportunity_id=done.subject, position=done.position, created=done.created, warnings=warnings_of(done)
    )


@router.post("/opportunities/{opportunity_id}/qualify")
async def qualify_opportunity(
    opportunity_id: OpportunityId,
    call: Writes,
    command: Annotated[commands.Qualify, Body()] = commands.Qualify(),  # noqa: B008
) -> AcceptedChange:
    """Move a deal from the unqualified stages into the qualified ones, by default into the first."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/advance")
async def advance_opportunity(opportunity_id: OpportunityId, command: commands.Advance, call: Writes) -> AcceptedChange:
    """Move a deal forward or back, within the unqualified or within the qualified stages."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-amount")
async def set_amount(opportunity_id: OpportunityId, command: commands.SetAmount, call: Writes) -> AcceptedChange:
    """Set an open deal's amount; null removes it."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-close-date")
async def set_close_date(opportunity_id: OpportunityId, command: commands.SetCloseDate, call: Writes) -> AcceptedChange:
    """Set the day on which an open deal is expected to close; null removes it."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/set-category")
async def set_category(opportunity_id: OpportunityId, command: commands.SetCategory, call: Writes) -> AcceptedChange:
    """Set an open deal's forecast category by hand. It no longer follows the stage."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/assign")
async def assign_opportunity(opportunity_id: OpportunityId, command: commands.Assign, call: Writes) -> AcceptedChange:
    """Give an open deal to another owner."""
    return await write(call, opportunity_id, command, command.occurred_at, to_owner=command.owner)


@router.post("/opportunities/{opportunity_id}/win")
async def win_opportunity(
    opportunity_id: OpportunityId,
    call: Writes,
    command: Annotated[commands.Win, Body()] = commands.Win(),  # noqa: B008
) -> AcceptedChange:
    """Close a qualified deal as won. A close date in an ended period needs the scope `pipeline:correct` or
    `history:write`."""
    permitted = commands.PermittedWin(
        body=command, may_change_ended_periods=has_any(call, "pipeline:correct", "history:write")
    )
    return await write(call, opportunity_id, permitted, command.occurred_at)


@router.post("/opportunities/{opportunity_id}/lose")
async def lose_opportunity(opportunity_id: OpportunityId, command: commands.Lose, call: Writes) -> AcceptedChange:
    """Close a deal as lost. Its lead goes to nurture."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/recycle")
async def recycle_opportunity(opportunity_id: OpportunityId, command: commands.Recycle, call: Writes) -> AcceptedChange:
    """Close a deal as recycled. Its lead goes to nurture."""
    return await write_dated(call, opportunity_id, command)


@router.post("/opportunities/{opportunity_id}/reopen")
async def reopen_opportunity(opportunity_id: OpportunityId, command: commands.Reopen, call: Writes) -> AcceptedChange:
    """Return a closed deal to the stage it left. A win of an ended period needs the scope `pipeline:correct`."""
    permitted = commands.PermittedReopen(body=command, may_change_ended_periods=has_any(call, "pipeline:correct"))
    return await write(call, opportunity_id, permitted, command.occurred_at)


@router.post("/opportunities/{opportunity_id}/correct")
async def correct_opportunity(opportunity_id: OpportunityId, command: commands.Correct, call: Writes) -> AcceptedChange:
    """Correct the amount, close date or owner of a closed deal. Needs the scope `pipeline:correct`."""
    call.require("pipeline:correct")
    return await write(call, opportunity_id, command, command.occurred_at, to_owner=command.owner)


@router.post("/opportunities/{opportunity_id}/link")
async def link_external_id(opportunity_id: OpportunityId, command: commands.Link, call: Writes) -> AcceptedChange:
    """Add an id that the deal has in another system."""
    claim = AliasClaim(external_alias(call, command.external_id))
    permit = await own_deals.permit_change(call)
    done = await call.write(DECIDER, opportunity_id, command, claim=claim, permit=permit)
    return AcceptedChange(opportunity_id=done.subject, position=done.position)


def has_any(call: Call, *scopes: Scope) -> bool:
    return not call.caller.scopes.isdisjoint(scopes)


async def write_dated(call: Call, opportunity_id: str, command: commands.Dated) -> AcceptedChange:
    return await write(call, opportunity_id, command, command.occurred_at)


async def write(
    call: Call, opportunity_id: str, command: Command, occurred_at: datetime | None, *, to_owner: str | None = None
) -> AcceptedChange:
    """`to_owner`: the owner that the deal is given to."""
    permit = await own_deals.permit_change(call, to_owner)
    reply = await reply_about(call, to_owner)
    done = await call.write(DECIDER, opportunity_id, command, occurred_at=occurred_at, permit=permit, reply=reply)
    return AcceptedChange(opportunity_id=done.subject, position=done.position, warnings=warnings_of(done))


async def external_claim(call: Call, external_id: str | None) -> AliasClaim | None:
    return AliasClaim(external_alias(call, external_id), await call.fingerprint()) if external_id else None
