"""Leads that are one person: merging them, and undoing that."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.lead import commands
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.merged_leads import fold_one, survivor_id
from services.lead_intake.projections.deals import deals_of
from shared.rules.decider import Reference
from shared.rules.fields import Line
from shared.rules.message import Command, InvalidField, Refusal, Rejected
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web import conditions
from shared.web.call import Call, Folded
from shared.web.input import ResourceId
from shared.web.needs import Needs

router = APIRouter(tags=["leads"])
Writes = Annotated[Call, Depends(Needs("leads:write"))]
LeadId = ResourceId


class MergeInput(Command):
    """`into`: the lead that stays. A lead that is merged itself stands for its survivor."""

    into: Line


class MergeTaken(BaseModel):
    """`lead_id`: the lead as which both are shown now; after an unmerge, the lead itself."""

    lead_id: str
    person_id: str
    merged_lead_id: str
    position: int


@router.post("/leads/{lead_id}/merge")
async def merge_lead(lead_id: LeadId, body: MergeInput, call: Writes) -> MergeTaken:
    """Merge a lead into another one of the same person. Both ids show the other lead from now on, with the captures,
    activities and consents of both; what comes by the addresses of either counts for it. Can be undone. Refused while
    reps work on a deal of each."""
    must_not_be_erased(await fold_one(call, lead_id))
    into = await survivor_id(call, body.into)
    survivor = await fold_one(call, into)
    must_not_be_erased(survivor)
    if into == lead_id:
        raise InvalidField("/into", "must be another lead")
    await must_not_both_have_deals(call, lead_id, [into, *survivor.state.absorbed])
    merge = pair_request(call, lead_id, commands.MergeInto(into=into), other=into)
    absorb = pair_request(call, into, commands.AbsorbLead(lead_id=lead_id, into=into), other=lead_id)
    position = await write_both(call, merge, absorb)
    person_id = survivor.state.captures[0].person_id
    return MergeTaken(lead_id=into, person_id=person_id, merged_lead_id=lead_id, position=position)


@router.post("/leads/{lead_id}/unmerge")
async def unmerge_lead(lead_id: LeadId, call: Writes) -> MergeTaken:
    """Undo the merge of a lead: each of the two has again what came by its own addresses, also since the merge."""
    lead = await fold_one(call, lead_id)
    unmerge = pair_request(call, lead_id, commands.Unmerge())
    separate = pair_request(call, lead.state.merged_into or lead_id, commands.SeparateLead(lead_id=lead_id))
    position = await write_both(call, unmerge, separate)
    person_id = lead.state.captures[0].person_id
    return MergeTaken(lead_id=lead_id, person_id=person_id, merged_lead_id=lead_id, position=position)


def must_not_be_erased(lead: Folded[Any]) -> None:
    if lead.text(lead.state.captures[0].person) is None:
        raise Rejected(f"the person of the lead {lead.subject} was erased")


async def must_not_both_have_deals(call: Call, lead_id: str, others: Sequence[str]) -> None:
    """Leads that are SRL or SQL stay apart: two reps work on them. `others`: the survivor, and the leads that are
    merged into it."""
    async with call.read() as tx:
        deals = await deals_of(tx, [lead_id, *others])
    if lead_id in deals and len(deals) > 1:
        named = ", ".join(f"{deal} of the lead {owner}" for owner, deal in sorted(deals.items()))
        raise Rejected(f"both leads are handed over, as the opportunities {named}")


def pair_request(call: Call, lead_id: str, command: Command, *, other: str | None = None) -> WriteRequest:
    references = {} if other is None else {"other": Reference(DECIDER, other)}
    return call.write_request(DECIDER, lead_id, [Step(command)], references=references)


async def write_both(call: Call, first: WriteRequest, second: WriteRequest) -> int:
    """In one transaction; the request's conditions are about the first. If that is refused, so is the second."""
    key = call.idempotency_key()
    first = first._replace(
        if_versions=conditions.if_versions(call.request.headers),
        idempotency_key=key,
        fingerprint=await call.fingerprint() if key else "",
    )
    outcomes = await call.context.committer.write_all([first, second])
    results = [accepted(outcome) for outcome in outcomes]
    call.set_response_headers(results[0]._replace(position=max(result.position for result in results)))
    return max(result.position for result in results)


def accepted(outcome: WriteResult | Refusal) -> WriteResult:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
