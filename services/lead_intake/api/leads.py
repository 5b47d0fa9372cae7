"""Capturing a lead, and looking at what was captured. Who it is, is shown with `people:read` only."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from services.lead_intake.api.capturing import answered, capture_of, claim_of, external_alias, identity
from services.lead_intake.api.people import PersonData, merged, record_access
from services.lead_intake.lead.commands import CaptureLead
from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import COMPANY_NAME, Campaign, Company, Consent, Details, LeadEvent, Source
from services.lead_intake.lead.history import HISTORY, Captures, sealed
from services.lead_intake.projections import leads
from shared.rules.message import ExternalId, Instant
from shared.web.call import Call, Folded, Needs
from shared.web.openapi import READ_AFTER_THIS, response_links
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["leads"])
Reads = Annotated[Call, Depends(Needs("leads:read"))]
Writes = Annotated[Call, Depends(Needs("leads:write"))]
LeadId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class CaptureTaken(BaseModel):
    """`created`: the person was not known before."""

    lead_id: str
    person_id: str
    capture_id: str
    created: bool
    position: int


class CaptureView(BaseModel):
    """`person` and `texts`: as told with this capture; null without `people:read`, and after erasure."""

    capture_id: str
    source: Source
    source_detail: str | None
    details: Details | None
    engaged_at: datetime
    received_at: datetime
    external_id: str | None
    campaign: Campaign | None
    company: Company | None
    email_kind: str
    role_class: str | None
    size_band: str | None
    consent: Consent | None
    person: dict[str, str] | None
    texts: dict[str, Any] | None


class LeadView(BaseModel):
    """`source` and `external_id`: the first that is known. `consents`: as they stand. `person`: as last told."""

    lead_id: str
    person_id: str
    source: Source
    external_id: str | None
    captured_at: datetime
    last_engaged_at: datetime
    erased: bool
    consents: list[Consent]
    person: PersonData | None
    captures: list[CaptureView]
    version: int


class LeadRow(BaseModel):
    """A line of the list. `captures`: how many."""

    lead_id: str
    person_id: str
    source: Source
    source_detail: str | None
    external_id: str | None
    captured_at: datetime
    last_engaged_at: datetime
    captures: int
    erased: bool


# -- commands --------------------------------------------------------------------------------------------------------


LED_TO = response_links(
    lead=("GET /intake/v1/leads/{lead_id}", {"lead_id": "$response.body#/lead_id"}),
    person=("GET /intake/v1/people/{person_id}", {"person_id": "$response.body#/person_id"}),
    erase=("DELETE /intake/v1/people/{person_id}", {"person_id": "$response.body#/person_id"}),
    qualified=("GET /qualification/v1/leads/{lead_id}", {"lead_id": "$response.body#/lead_id", **READ_AFTER_THIS}),
)


@router.post(
    "/leads",
    status_code=201,
    responses={
        200: {"model": CaptureTaken, "description": "A known person", **LED_TO},
        201: {"description": "A new person", **LED_TO},
    },
)
async def capture(told: CaptureLead, call: Writes) -> CaptureTaken:
    """A known person (by e-mail, else by phone) gives one more engagement on the same lead; the same capture again
    gives nothing."""
    running = call.context
    asked = capture_of(call, told, keyed="idempotency-key" in call.request.headers)
    claim = claim_of(running.blind_index, told)
    who = identity(running.blind_index, told.person)
    find = [claim.alias, *who.find] if claim else who.find
    lead_id = str(running.clock_and_ids.new_id())
    done = await call.write(
        DECIDER, lead_id, asked, claim=claim, find=find, also=who.also, new=True, reply=answered(asked)
    )
    if not done.created:
        call.response.status_code = 200
    return CaptureTaken(lead_id=done.subject, created=done.created, position=done.position, **done.body)


# -- queries ---------------------------------------------------------------------------------------------------------


@router.get("/leads/{lead_id}")
async def one(lead_id: LeadId, call: Reads) -> LeadView:
    """With `people:read` the answer names the person, and the access is recorded."""
    known = await call.fold(HISTORY, lead_id, sealed)
    named = "people:read" in call.caller.scopes and not erased(known)
    if named:
        await record_access(call, known.state[0].person_id)
    return view(known, named)


@router.get("/leads")
async def listed(
    call: Reads,
    source: Source | None = None,
    since: Annotated[Instant | None, Query(description="Captured then or later")] = None,
    external_id: Annotated[ExternalId | None, Query(description="Of any of its captures")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[LeadRow]:
    """In the order in which they were captured. With `external_id`: the one that has it, current."""
    if external_id is not None:
        found_now = await of_external_id(call, external_id)
        return Page(items=[each for each in found_now if wanted(each, source, since)], next=None)
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        found = await leads.find(tx, source, since, cursor[0] if cursor else None, limit)
    positions = {each["lead_id"]: each["position"] for each in found}
    return make_page([LeadRow.model_validate(each) for each in found], limit, lambda item: [positions[item.lead_id]])


async def of_external_id(call: Call, external_id: str) -> list[LeadRow]:
    lead_id = await call.subject_of_alias(external_alias(call.context.blind_index, external_id))
    return [] if lead_id is None else [row(await call.fold(HISTORY, lead_id, sealed))]


def wanted(lead: LeadRow, source: Source | None, since: datetime | None) -> bool:
    return (source is None or lead.source == source) and (since is None or lead.captured_at >= since)


def erased(known: Folded[Captures]) -> bool:
    return known.text(known.state[0].person) is None


def view(known: Folded[Captures], named: bool) -> LeadView:
    told = row(known)
    return LeadView(
        **told.model_dump(exclude={"captures", "source_detail"}),
        consents=current_consents(known.state),
        person=merged(known) if named else None,
        captures=[shown(known, capture, named) for capture in known.state],
        version=known.version,
    )


def shown(known: Folded[Captures], capture: LeadEvent, named: bool) -> CaptureView:
    copied = {name: getattr(capture, name) for name in CaptureView.model_fields}
    sealed = known.text(capture.person) or {}
    company = capture.company and capture.company.model_copy(
        update={"name": sealed.get(COMPANY_NAME, capture.company.name)}
    )
    person = {name: each for name, each in sealed.items() if name != COMPANY_NAME} or None
    told = {"person": person, "texts": known.text(capture.texts)} if named else {"person": None, "texts": None}
    return CaptureView(**copied | told | {"company": company})


def row(known: Folded[Captures]) -> LeadRow:
    first = known.state[0]
    return LeadRow(
        lead_id=known.subject,
        person_id=first.person_id,
        source=first.source,
        source_detail=first.source_detail,
        external_id=next((each.external_id for each in known.state if each.external_id), None),
        captured_at=first.received_at,
        last_engaged_at=max(each.engaged_at for each in known.state),
        captures=len(known.state),
        erased=erased(known),
    )
