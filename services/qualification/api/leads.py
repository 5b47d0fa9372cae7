"""Queries about leads."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.qualification.api import own_leads
from services.qualification.api.lead_views import LeadSummary, LeadView, lead_summary, lead_view
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.lead.state import Lead, NotExisting, State, must_exist
from services.qualification.model.decider import ALL
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.events import Grade
from services.qualification.model.state import Models
from services.qualification.projections import leads
from services.qualification.scoring.score import score
from shared.rules.fields import Instant, Line, Slug
from shared.rules.message import Missing
from shared.rules.sealed import Sealed
from shared.web.callers.place import PlaceRule
from shared.web.documents.openapi import response_links
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import (
    Cursor,
    FilteredPage,
    FilterWarning,
    Limit,
    decode_cursor,
    make_page,
    with_warnings,
)
from shared.web.routing.call import Call
from shared.web.routing.folded import Folded, no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["leads"])
Reads = Annotated[Call, Depends(Needs("leads:read"))]
ReadsWithin = Annotated[Call, Depends(Needs("leads:read", place=PlaceRule.SUBTREE))]
"""The right to read leads inside the part of the organisation that the caller may see (`own_leads`)."""
LeadId = ResourceId
PEOPLE_READ = "people:read"
LEAD = "/qualification/v1/leads/{lead_id}"
ID = {"lead_id": "$response.body#/lead_id"}
LINKS = response_links(
    score=(f"GET {LEAD}/score", ID),
    mark_mql=(f"POST {LEAD}/mark-mql", ID),
    bant=(f"POST {LEAD}/bant", ID),
    claim=(f"POST {LEAD}/claim", ID),
    release_claim=(f"POST {LEAD}/release-claim", ID),
    touch=(f"POST {LEAD}/touch", ID),
    reject=(f"POST {LEAD}/reject", ID),
    nurture=(f"POST {LEAD}/nurture", ID),
    requalify=(f"POST {LEAD}/requalify", ID),
    hand_over=(f"POST {LEAD}/hand-over", ID),
)


@router.get("/leads/{lead_id}", responses={200: LINKS})
async def get_lead(lead_id: LeadId, call: ReadsWithin) -> LeadView:
    """Get one lead, always current, with its score of this moment. The evidence for BANT needs the scope
    `people:read`."""
    models = (await call.fold(MODEL, ALL, no_texts, may_be_new=True)).state
    found = await fold_lead(call, lead_id)
    lead = must_exist(found.state)
    fields = with_present_score(lead, models, call)
    return lead_view(found, lead, fields, with_evidence=PEOPLE_READ in call.caller.scopes)


async def fold_lead(call: Call, lead_id: str) -> Folded[State]:
    """A lead that is merged into another one as that one."""
    found = await call.fold(DECIDER, lead_id, evidence_of, is_visible=own_leads.is_visible)
    into = found.state.fields.merged_into if isinstance(found.state, Lead) else None
    if into is None:
        return found
    try:
        return await call.fold(DECIDER, into, evidence_of, is_visible=own_leads.is_visible)
    except Missing:
        raise Missing(f"there is no {DECIDER.kind} {lead_id}") from None


def with_present_score(lead: Lead, models: Models, call: Call) -> LeadFields:
    now, model = call.context.clock_and_ids.now(), models.versions[lead.fields.model_version]
    present = score(lead.engagements, lead.counts_after, model, now)
    return lead.fields._replace(score=present.engagement, score_at=now)


@router.get("/leads")
async def list_leads(
    call: ReadsWithin,
    lifecycle: Lifecycle | None = None,
    prospect: Annotated[bool | None, Query(description="Whether the person fits: grade A or B")] = None,
    grade: Grade | None = None,
    source: Annotated[Slug | None, Query()] = None,
    account: Annotated[Line | None, Query()] = None,
    since: Annotated[Instant | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> FilteredPage[LeadSummary]:
    """List leads in the order of their ids, each with the score that it had at `score_at`. `since`: captured then or
    later. `account`: the domain of the company, or the account of the last hand-over. An empty list warns of a source
    that no lead has."""
    cursor = decode_cursor(after, str)
    criteria = leads.LeadFilter(lifecycle, grade, source, account, since, prospect)
    async with call.read() as tx:
        rows = await leads.find(tx, criteria, cursor[0] if cursor else None, limit, call.subtree.nodes)
        of_source = rows or await leads.find(tx, leads.LeadFilter(source=source), None, 1, call.subtree.nodes)
    warnings = []
    if source is not None and not of_source and not after:
        warnings.append(FilterWarning(code="source_unknown", detail=f"no lead has the source {source}"))
    page = make_page([lead_summary(row, row["lead_id"]) for row in rows], limit, lambda view: [view.lead_id])
    return with_warnings(page, warnings)


def evidence_of(state: State) -> list[Sealed[Any] | None]:
    return [] if isinstance(state, NotExisting) else [answer.evidence for answer in state.bant.values()]
