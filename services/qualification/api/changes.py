"""A route for each command of those who work leads."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Unpack
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from services.qualification.api import own_leads
from services.qualification.api.leads import LeadId, fold_lead
from services.qualification.lead import commands
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.state import BantAnswer, MergedAway, NotExisting, State
from services.qualification.model.events import BantName
from shared.rules.message import MAX_CLOCK_AHEAD
from shared.store.write_request import WriteResult
from shared.web.callers.place import PlaceRule
from shared.web.errors.problems import InvalidRequest
from shared.web.routing.call import Call, WriteOptions
from shared.web.routing.folded import Folded
from shared.web.routing.needs import Needs

router = APIRouter(tags=["leads"])
Writes = Annotated[Call, Depends(Needs("qualification:write"))]
WritesWithin = Annotated[Call, Depends(Needs("qualification:write", place=PlaceRule.SUBTREE))]
"""The right to write to leads inside the part of the organisation that the caller may see (`own_leads`)."""
MAX_TOUCH_DELAY = timedelta(days=30)
"""The farthest that a touch may lie back for a key without `history:write`."""


class AcceptedChange(BaseModel):
    lead_id: str
    position: int


@router.post("/leads/{lead_id}/bant")
async def change_bant(lead_id: LeadId, bant: commands.Bant, call: WritesWithin) -> AcceptedChange:
    """Record what is known about budget, authority, need and timing. Absent answers stay as they are."""
    found = await fold_lead(call, lead_id)
    stored = stored_evidence(found, bant)
    return await write(call, found.subject, commands.ChangeBant(bant=bant, by=call.caller.name, stored_evidence=stored))


@router.post("/leads/{lead_id}/mark-mql")
async def mark_mql(lead_id: LeadId, command: commands.MarkMql, call: WritesWithin) -> AcceptedChange:
    """Make a lead an MQL, in a new cycle, whatever its score is."""
    return await write(call, lead_id, command)


@router.post("/leads/{lead_id}/reject")
async def reject_lead(lead_id: LeadId, command: commands.Reject, call: WritesWithin) -> AcceptedChange:
    """Reject a lead that was not handed over. It stays, and can be requalified."""
    return await write(call, lead_id, command)


@router.post("/leads/{lead_id}/nurture")
async def nurture_lead(lead_id: LeadId, command: commands.Nurture, call: WritesWithin) -> AcceptedChange:
    """Send a lead into nurture, or change the reason or the revisit of one that is there."""
    return await write(call, lead_id, command)


@router.post("/leads/{lead_id}/requalify")
async def requalify_lead(
    lead_id: LeadId,
    call: WritesWithin,
    command: Annotated[commands.Requalify, Body()] = commands.Requalify(),  # noqa: B008
) -> AcceptedChange:
    """Make a nurtured or rejected lead an MQL again, in a new cycle."""
    return await write(call, lead_id, command)


@router.post("/leads/{lead_id}/claim")
async def claim_lead(
    lead_id: LeadId,
    call: WritesWithin,
    body: Annotated[commands.Claim, Body()] = commands.Claim(),  # noqa: B008
) -> AcceptedChange:
    """Claim an MQL, or a lead whose revisit is due, for the caller or for `sdr`. The holder of the claim may pass it
    on; a second claimant is refused."""
    by = call.caller.confined_to or call.caller.owner or call.caller.name
    command = commands.ClaimLead(sdr=body.sdr or by, by=by)
    return await write(call, lead_id, command, to_owner=command.sdr)


@router.post("/leads/{lead_id}/release-claim")
async def release_claim(
    lead_id: LeadId,
    call: WritesWithin,
    command: Annotated[commands.ReleaseClaim, Body()] = commands.ReleaseClaim(),  # noqa: B008
) -> AcceptedChange:
    """Give a claimed lead back, so that another SDR can claim it."""
    return await write(call, lead_id, command)


@router.post("/leads/{lead_id}/touch")
async def touch_lead(
    lead_id: LeadId,
    call: WritesWithin,
    command: Annotated[commands.Touch, Body()] = commands.Touch(),  # noqa: B008
) -> AcceptedChange:
    """Record that an SDR or a rep contacted the lead. The first touch of the cycle counts, and the first one after the
    hand-over. `occurred_at` may lie up to 30 days back; further with `history:write`."""
    must_have_happened(call, command.occurred_at)
    return await write(call, lead_id, command)


async def write(
    call: Call, lead_id: str, command: commands.LeadCommand, *, to_owner: str | None = None
) -> AcceptedChange:
    """`to_owner`: who is to have the lead."""
    result = await write_lead(call, lead_id, command, to_owner=to_owner)
    return AcceptedChange(lead_id=result.subject, position=result.position)


async def write_lead(
    call: Call,
    lead_id: str,
    command: commands.LeadCommand,
    *,
    to_owner: str | None = None,
    **options: Unpack[WriteOptions],
) -> WriteResult:
    """A lead that is merged into another one as that one. `to_owner`: who is to have the lead."""
    options = {**options, "permit": await own_leads.permit_work(call, lead_id, to_owner)}
    try:
        return await call.write(DECIDER, lead_id, command, **options)
    except MergedAway as merged:
        return await call.write(DECIDER, merged.into, command, **options)


def must_have_happened(call: Call, occurred_at: datetime | None) -> None:
    if occurred_at is None:
        return
    now = call.context.clock_and_ids.now()
    if occurred_at > now + MAX_CLOCK_AHEAD:
        errors = [{"pointer": "/occurred_at", "detail": "in the future"}]
        raise InvalidRequest("occurred_at is in the future", errors=errors)
    if occurred_at < now - MAX_TOUCH_DELAY:
        call.require("history:write")


def stored_evidence(found: Folded[State], bant: commands.Bant) -> dict[BantName, UUID]:
    """The references in the vault of evidence that is given again in the same words."""
    answers: Mapping[BantName, BantAnswer] = {} if isinstance(found.state, NotExisting) else found.state.bant
    stored: dict[BantName, UUID] = {}
    for name, answer in answers.items():
        item: commands.BantItem | None = getattr(bant, name)
        if item and answer.evidence and answer.evidence.ref and found.text(answer.evidence) == item.evidence:
            stored[name] = answer.evidence.ref
    return stored
