"""Leads that are one person: merging them, and undoing that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.lead import commands
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.person.decider import DECIDER as PERSON
from services.lead_intake.personal_data.merged_leads import fold_one, survivor_id
from services.lead_intake.projections.deals import deals_of
from shared.rules.decider import Reference
from shared.rules.fields import Line
from shared.rules.message import Command, InvalidField, Refusal, Rejected
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web.requests import conditions
from shared.web.requests.input import ResourceId
from shared.web.routing.call import Call
from shared.web.routing.folded import Folded
from shared.web.routing.needs import Needs

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
    activities and consents of both; what comes by the addresses of either counts for it. Leads that are merged into the
    first one move with it. Can be undone. Refused while reps work on a deal of each."""
    lead = await fold_one(call, lead_id)
    must_not_be_erased(lead)
    into = await survivor_id(call, body.into)
    survivor = await fold_one(call, into)
    must_not_be_erased(survivor)
    if into == lead_id:
        raise InvalidField("/into", "must be another lead")
    absorbed = lead.state.absorbed
    await must_not_both_have_deals(call, [lead_id, *absorbed], [into, *survivor.state.absorbed])
    person_id = survivor.state.captures[0].person_id
    people = {
        "person": Reference(PERSON, lead.state.captures[0].person_id),
        "other_person": Reference(PERSON, person_id),
    }
    position = await write_together(call, merge_requests(call, lead_id, into, absorbed, people))
    return MergeTaken(lead_id=into, person_id=person_id, merged_lead_id=lead_id, position=position)


def merge_requests(
    call: Call, lead_id: str, into: str, absorbed: Sequence[str], people: Mapping[str, Reference]
) -> Iterator[WriteRequest]:
    merge = commands.MergeInto(into=into, absorbed=tuple(absorbed))
    yield request_about(call, lead_id, merge, other=into, people=people)
    yield request_about(call, into, commands.AbsorbLead(lead_id=lead_id, into=into), other=lead_id)
    for each in absorbed:
        yield request_about(call, each, commands.MoveToSurvivor(into=into), other=lead_id)
        yield request_about(call, into, commands.AbsorbLead(lead_id=each, into=into), other=each)
        yield request_about(call, lead_id, commands.SeparateLead(lead_id=each, was_into=lead_id), other=each)


@router.post("/leads/{lead_id}/unmerge")
async def unmerge_lead(lead_id: LeadId, call: Writes) -> MergeTaken:
    """Undo the merge of a lead: each of the two has again what came by its own addresses, also since the merge. Leads
    that had been merged into it before stay with it."""
    lead = await fold_one(call, lead_id)
    was_into = lead.state.merged_into or lead_id
    beside = (await fold_one(call, was_into)).state.absorbed
    moved_along = [each for each in beside if lead_id in (await fold_one(call, each)).state.merged_path]
    position = await write_together(call, unmerge_requests(call, lead_id, was_into, beside, moved_along))
    person_id = lead.state.captures[0].person_id
    return MergeTaken(lead_id=lead_id, person_id=person_id, merged_lead_id=lead_id, position=position)


def unmerge_requests(
    call: Call, lead_id: str, was_into: str, beside: Sequence[str], moved_along: Sequence[str]
) -> Iterator[WriteRequest]:
    yield request_about(call, lead_id, commands.Unmerge(was_into=was_into, beside=tuple(beside)), other=was_into)
    yield request_about(call, was_into, commands.SeparateLead(lead_id=lead_id, was_into=was_into), other=lead_id)
    for each in moved_along:
        yield request_about(call, each, commands.MoveBack(into=lead_id), other=lead_id)
        yield request_about(call, was_into, commands.SeparateLead(lead_id=each, was_into=was_into), other=each)
        yield request_about(call, lead_id, commands.AbsorbLead(lead_id=each, into=lead_id), other=each)


def must_not_be_erased(lead: Folded[Any]) -> None:
    if lead.text(lead.state.captures[0].person) is None:
        raise Rejected(f"the person of the lead {lead.subject} was erased")


async def must_not_both_have_deals(call: Call, merged: Sequence[str], others: Sequence[str]) -> None:
    """Leads that are SRL or SQL stay apart: two reps work on them. Each lead is given with those that are merged into
    it."""
    async with call.read() as tx:
        deals = await deals_of(tx, [*merged, *others])
    if deals.keys() & set(merged) and deals.keys() & set(others):
        named = ", ".join(f"{deal} of the lead {owner}" for owner, deal in sorted(deals.items()))
        raise Rejected(f"both leads are handed over, as the opportunities {named}")


def request_about(
    call: Call, lead_id: str, command: Command, *, other: str, people: Mapping[str, Reference] | None = None
) -> WriteRequest:
    references = {"other": Reference(DECIDER, other), **(people or {})}
    return call.write_request(DECIDER, lead_id, [Step(command)], references=references)


async def write_together(call: Call, requests: Iterable[WriteRequest]) -> int:
    """Writes the requests in one transaction. The HTTP request's conditions are about the first; if that is refused, so
    are the others."""
    key = call.idempotency_key()
    first, *others = requests
    first = first._replace(
        if_versions=conditions.if_versions(call.request.headers),
        idempotency_key=key,
        fingerprint=await call.fingerprint() if key else "",
    )
    outcomes = await call.context.committer.write_all([first, *others])
    results = [accepted(outcome) for outcome in outcomes]
    call.set_response_headers(results[0]._replace(position=max(result.position for result in results)))
    return max(result.position for result in results)


def accepted(outcome: WriteResult | Refusal) -> WriteResult:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
