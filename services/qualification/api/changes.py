"""A route for each command of those who work leads."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel

from services.qualification.api.leads import LeadId, Writes, evidence_of
from services.qualification.lead.commands import (
    Bant,
    ChangeBant,
    Claim,
    ClaimFor,
    LeadCommand,
    MarkMql,
    Nurture,
    Reject,
    Requalify,
    SaidItem,
    Touch,
)
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.state import Known, NotThere, State
from services.qualification.model.events import BantName
from shared.web.call import Call, Folded

router = APIRouter(tags=["leads"])


class Accepted(BaseModel):
    lead_id: str
    position: int


@router.post("/leads/{lead_id}/bant")
async def change_bant(lead_id: LeadId, said: Bant, call: Writes) -> Accepted:
    """What is absent stays; what is said again as it is known is passed over."""
    known = await call.fold(DECIDER, lead_id, evidence_of)
    command = ChangeBant(said=said, by=call.caller.name, known_as=known_texts(known, said))
    return await accepted(call, lead_id, command)


@router.post("/leads/{lead_id}/mark-mql")
async def mark_mql(lead_id: LeadId, command: MarkMql, call: Writes) -> Accepted:
    return await accepted(call, lead_id, command)


@router.post("/leads/{lead_id}/reject")
async def reject(lead_id: LeadId, command: Reject, call: Writes) -> Accepted:
    return await accepted(call, lead_id, command)


@router.post("/leads/{lead_id}/nurture")
async def nurture(lead_id: LeadId, command: Nurture, call: Writes) -> Accepted:
    return await accepted(call, lead_id, command)


@router.post("/leads/{lead_id}/requalify")
async def requalify(
    lead_id: LeadId,
    call: Writes,
    command: Annotated[Requalify, Body()] = Requalify(),  # noqa: B008
) -> Accepted:
    return await accepted(call, lead_id, command)


@router.post("/leads/{lead_id}/claim")
async def claim(lead_id: LeadId, call: Writes, asked: Annotated[Claim, Body()] = Claim()) -> Accepted:  # noqa: B008
    """The caller, or `sdr`, works this MQL; a second claimant is refused."""
    return await accepted(call, lead_id, ClaimFor(sdr=asked.sdr or call.caller.name))


@router.post("/leads/{lead_id}/touch")
async def touch(
    lead_id: LeadId,
    call: Writes,
    command: Annotated[Touch, Body()] = Touch(),  # noqa: B008
) -> Accepted:
    """The first human touch of the cycle; later ones change nothing."""
    return await accepted(call, lead_id, command)


async def accepted(call: Call, lead_id: str, command: LeadCommand) -> Accepted:
    done = await call.write(DECIDER, lead_id, command)
    return Accepted(lead_id=done.subject, position=done.position)


def known_texts(known: Folded[State], said: Bant) -> dict[BantName, UUID]:
    """Of the evidence that is said again in the same words: where the vault has it."""
    bant: Mapping[BantName, Known] = {} if isinstance(known.state, NotThere) else known.state.bant
    again: dict[BantName, UUID] = {}
    for name, item in bant.items():
        now: SaidItem | None = getattr(said, name)
        if now is not None and item.evidence and item.evidence.ref and known.text(item.evidence) == now.evidence:
            again[name] = item.evidence.ref
    return again
