"""Leads: captured by POST, and shown with their captures. Personal data needs the scope `people:read`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.lead_intake.api.people import PersonData, person_data, record_access
from services.lead_intake.ingestion.capture_request import (
    CaptureBody,
    capture_command,
    capture_request,
    checked_engaged_at,
    external_alias,
)
from services.lead_intake.ingestion.early_outcomes import with_early
from services.lead_intake.lead.capture_body import IgnoredField
from services.lead_intake.lead.commands import LinkExternalId
from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import (
    COMPANY_NAME,
    ActivityKind,
    Campaign,
    CaptureFields,
    Company,
    Consent,
    Details,
    Source,
)
from services.lead_intake.lead.history import History
from services.lead_intake.personal_data.merged_leads import fold_lead, people_with_data
from services.lead_intake.projections import leads
from shared.rules.fields import ExternalId, Instant
from shared.store.claims import AliasClaim
from shared.web.callers.place import PlaceRule
from shared.web.documents.openapi import READ_AFTER_THIS, response_links
from shared.web.requests.conditions import LENIENT
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call
from shared.web.routing.folded import Folded
from shared.web.routing.needs import Needs

router = APIRouter(tags=["leads"])
Reads = Annotated[Call, Depends(Needs("leads:read"))]
Writes = Annotated[Call, Depends(Needs("leads:write"))]
Captures = Annotated[Call, Depends(Needs("leads:write", place=PlaceRule.UNAFFECTED))]
"""A capture belongs to no place: keys that are tied to one may capture, and read nothing."""
LeadId = ResourceId


class CaptureTaken(BaseModel):
    """`created`: the person was not known before. `ignored`: what a lenient reading left out."""

    lead_id: str
    person_id: str
    capture_id: str
    created: bool
    position: int
    ignored: list[IgnoredField] = []


class CaptureView(BaseModel):
    """`person` and `texts`: as submitted with this capture; null without `people:read`, and after erasure.

    `supplements`: the capture to whose engagement this one adds content."""

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
    supplements: str | None
    connection_id: str | None
    form_key: str | None
    person: dict[str, str] | None
    texts: dict[str, Any] | None


class ActivityView(BaseModel):
    activity_id: str
    kind: ActivityKind
    engaged_at: datetime
    received_at: datetime
    external_id: str | None
    connection_id: str | None
    subject: str | None


class LeadView(BaseModel):
    """`source` and `external_id`: the first that is known. `consents`: the current ones. `person`: the latest data.
    `merged_lead_ids`: leads that were merged into this one, whose ids show it, too."""

    lead_id: str
    person_id: str
    merged_lead_ids: list[str]
    source: Source
    external_id: str | None
    captured_at: datetime
    last_engaged_at: datetime
    erased: bool
    consents: list[Consent]
    person: PersonData | None
    captures: list[CaptureView]
    activities: list[ActivityView]
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


LINKS = response_links(
    lead=("GET /intake/v1/leads/{lead_id}", {"lead_id": "$response.body#/lead_id"}),
    person=("GET /intake/v1/people/{person_id}", {"person_id": "$response.body#/person_id"}),
    erase=("DELETE /intake/v1/people/{person_id}", {"person_id": "$response.body#/person_id"}),
    qualified=("GET /qualification/v1/leads/{lead_id}", {"lead_id": "$response.body#/lead_id", **READ_AFTER_THIS}),
)


@router.post(
    "/leads",
    status_code=201,
    responses={
        200: {"model": CaptureTaken, "description": "A known person", **LINKS},
        201: {"description": "A new person", **LINKS},
    },
)
async def capture_lead(body: CaptureBody, call: Captures) -> CaptureTaken:
    """Capture a lead. A known person (by e-mail, else by phone) gives one more engagement on the same lead; the same
    capture again adds nothing. With `Prefer: handling=lenient`, what cannot be read is left out and named."""
    has_key = "idempotency-key" in call.request.headers
    command = capture_command(call.context, body, checked_engaged_at(call, body), has_key=has_key)
    request = capture_request(call.context, command)
    subject = str(call.context.clock_and_ids.new_id())
    result = await call.write(DECIDER, subject, command, claim=request.claim, **request.options)
    if result.watched:
        call.set_response_headers(await with_early(call, result))
    if not result.created:
        call.response.status_code = 200
    if LENIENT.get():
        call.response.headers["Preference-Applied"] = "handling=lenient"
    ids = {"lead_id": result.subject} | dict(result.body)
    return CaptureTaken(created=result.created, position=result.position, ignored=list(body.left_out.fields), **ids)


class LinkTaken(BaseModel):
    lead_id: str
    position: int


@router.post("/leads/{lead_id}/link")
async def link_external_id(lead_id: LeadId, command: LinkExternalId, call: Writes) -> LinkTaken:
    """Add an id that the lead has in another system: the lead is found by it. One that another lead has is refused."""
    claim = AliasClaim(external_alias(call.context.blind_index, command.external_id))
    result = await call.write(DECIDER, lead_id, command, claim=claim)
    return LinkTaken(lead_id=result.subject, position=result.position)


# -- queries ---------------------------------------------------------------------------------------------------------


@router.get("/leads/{lead_id}")
async def get_lead(lead_id: LeadId, call: Reads) -> LeadView:
    """Get a lead with its captures. With `people:read` the answer names the person, and the access is recorded."""
    folded = await fold_lead(call, lead_id)
    with_person = "people:read" in call.caller.scopes and not is_erased(folded)
    if with_person:
        for person_id in people_with_data(folded):
            await record_access(call, person_id)
    return lead_view(folded, with_person)


@router.get("/leads")
async def list_leads(
    call: Reads,
    source: Source | None = None,
    since: Annotated[Instant | None, Query(description="Captured then or later")] = None,
    external_id: Annotated[ExternalId | None, Query(description="Of any of its captures")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[LeadRow]:
    """List leads in the order in which they were captured. With `external_id`: the one that has it, current."""
    if external_id is not None:
        found = await leads_with_external_id(call, external_id)
        return Page(items=[row for row in found if matches(row, source, since)], next=None)
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await leads.find(tx, source, since, cursor[0] if cursor else None, limit)
        absorbed = await leads.merged_into(tx, [row["lead_id"] for row in rows])
    rows = [leads.with_absorbed(row, absorbed) for row in rows]
    positions = {row["lead_id"]: row["position"] for row in rows}
    return make_page([LeadRow.model_validate(row) for row in rows], limit, lambda row: [positions[row.lead_id]])


async def leads_with_external_id(call: Call, external_id: str) -> list[LeadRow]:
    lead_id = await call.subject_of_alias(external_alias(call.context.blind_index, external_id))
    return [] if lead_id is None else [lead_row(await fold_lead(call, lead_id))]


def matches(lead: LeadRow, source: Source | None, since: datetime | None) -> bool:
    return (source is None or lead.source == source) and (since is None or lead.captured_at >= since)


def is_erased(folded: Folded[History]) -> bool:
    return folded.text(folded.state.captures[0].person) is None


def lead_view(folded: Folded[History], with_person: bool) -> LeadView:
    row = lead_row(folded)
    return LeadView(
        lead_id=row.lead_id,
        person_id=row.person_id,
        merged_lead_ids=list(folded.state.absorbed),
        source=row.source,
        external_id=row.external_id,
        captured_at=row.captured_at,
        last_engaged_at=row.last_engaged_at,
        erased=row.erased,
        consents=current_consents(folded.state.captures, folded.state.consents, folded.state.activities),
        person=person_data(folded) if with_person else None,
        captures=[capture_view(folded, capture, with_person) for capture in folded.state.captures],
        activities=[ActivityView.model_validate(each.model_dump()) for each in folded.state.activities],
        version=folded.version,
    )


def capture_view(folded: Folded[History], capture: CaptureFields, with_person: bool) -> CaptureView:
    sealed = folded.text(capture.person) or {}
    person = {name: value for name, value in sealed.items() if name != COMPANY_NAME} or None
    company = capture.company
    if company is not None and with_person:
        company = company.model_copy(update={"name": sealed.get(COMPANY_NAME, company.name)})
    return CaptureView(
        capture_id=capture.capture_id,
        source=capture.source,
        source_detail=capture.source_detail,
        details=capture.details,
        engaged_at=capture.engaged_at,
        received_at=capture.received_at,
        external_id=capture.external_id,
        campaign=capture.campaign,
        company=company,
        email_kind=capture.email_kind,
        role_class=capture.role_class,
        size_band=capture.size_band,
        consent=capture.consent,
        supplements=capture.supplements,
        connection_id=capture.connection_id,
        form_key=capture.form_key,
        person=person if with_person else None,
        texts=folded.text(capture.texts) if with_person else None,
    )


def lead_row(folded: Folded[History]) -> LeadRow:
    captures = folded.state.captures
    external_ids = (*(capture.external_id for capture in captures), *folded.state.linked)
    return LeadRow(
        lead_id=folded.subject,
        person_id=captures[0].person_id,
        source=captures[0].source,
        source_detail=captures[0].source_detail,
        external_id=next((each for each in external_ids if each), None),
        captured_at=captures[0].received_at,
        last_engaged_at=max(capture.engaged_at for capture in captures),
        captures=len(captures),
        erased=is_erased(folded),
    )
