"""The ways to look at leads."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import BantStatus, Lifecycle
from services.qualification.lead.state import Cycle, Lead, NotThere, State
from services.qualification.model.events import Grade
from services.qualification.projections import leads
from services.qualification.projections.leads import Wanted
from shared.rules.message import Instant, Line, Missing, Slug
from shared.rules.money import text
from shared.rules.sealed import Sealed
from shared.web.call import Call, Folded, Needs
from shared.web.input import ResourceId
from shared.web.openapi import response_links
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["leads"])
Reads = Annotated[Call, Depends(Needs("leads:read"))]
Writes = Annotated[Call, Depends(Needs("qualification:write"))]
LeadId = ResourceId
HERE = "/qualification/v1/leads/{lead_id}"
ID = {"lead_id": "$response.body#/lead_id"}
LED_TO = response_links(
    score=(f"GET {HERE}/score", ID),
    mark_mql=(f"POST {HERE}/mark-mql", ID),
    bant=(f"POST {HERE}/bant", ID),
    claim=(f"POST {HERE}/claim", ID),
    touch=(f"POST {HERE}/touch", ID),
    reject=(f"POST {HERE}/reject", ID),
    nurture=(f"POST {HERE}/nurture", ID),
    requalify=(f"POST {HERE}/requalify", ID),
    hand_over=(f"POST {HERE}/hand-over", ID),
)


class FitView(BaseModel):
    """None: nothing is known that a criterion asks for; it counts as C."""

    grade: Grade | None


class EngagementView(BaseModel):
    """Of all that the person did; decimal, in a string."""

    score: str


class BantView(BaseModel):
    """`evidence` is null when none was given, or when the person was erased."""

    status: BantStatus = BantStatus.UNKNOWN
    evidence: str | None = None
    at: datetime | None = None
    by: str | None = None


class BantViews(BaseModel):
    budget: BantView
    authority: BantView
    need: BantView
    timing: BantView


class CycleView(BaseModel):
    """From becoming MQL (`began`: how) to its outcome: fell_below, rejected, nurtured, lost, recycled or won."""

    n: int
    began: str
    mql_at: datetime
    srl_at: datetime | None
    sql_at: datetime | None
    outcome: str | None
    reason: str | None
    opportunity_id: str | None


class MoveView(BaseModel):
    """One arrow of the lifecycle."""

    at: datetime
    from_lifecycle: Lifecycle | None
    to_lifecycle: Lifecycle
    cycle: int
    reason: str | None


class Summary(BaseModel):
    """`source`: of the first capture. `prospect`: null until prospects are told. `refused`: the rule by which
    pipeline refused the last hand-over."""

    lead_id: str
    external_id: str | None
    person_id: str
    source: str
    captured_at: datetime
    account: str | None
    lifecycle: Lifecycle
    cycle: int
    fit: FitView
    prospect: bool | None
    engagement: EngagementView
    model_version: int
    sdr: str | None
    mql_at: datetime | None
    mql_source: str | None
    touch_by: datetime | None
    touched_at: datetime | None
    refused: str | None
    opportunity_id: str | None
    reason: str | None
    next_revisit: date | None


class LeadView(Summary):
    cycles: list[CycleView]
    bant: BantViews
    history: list[MoveView]


@router.get("/leads/{lead_id}", responses={200: LED_TO})
async def one(lead_id: LeadId, call: Reads) -> LeadView:
    known = await call.fold(DECIDER, lead_id, evidence_of)
    if isinstance(known.state, NotThere):
        raise Missing("there is no such lead")
    lead = known.state
    told = {
        "cycles": [shown_cycle(cycle) for cycle in lead.cycles],
        "bant": shown_bant(known, lead),
        "history": [
            MoveView(
                at=move.at,
                from_lifecycle=move.start,
                to_lifecycle=move.to,
                cycle=move.cycle,
                reason=move.reason,
            )
            for move in lead.history
        ],
    }
    return LeadView.model_validate(summary(vars(lead.standing), lead_id).model_dump() | told)


@router.get("/leads")
async def listed(
    call: Reads,
    lifecycle: Lifecycle | None = None,
    grade: Grade | None = None,
    source: Annotated[Slug | None, Query()] = None,
    account: Annotated[Line | None, Query()] = None,
    since: Annotated[Instant | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[Summary]:
    """In the order of their ids. `since`: captured then or later. `account`: the company's domain, or the account of
    the last hand-over."""
    cursor = decode_cursor(after, str)
    wanted = Wanted(lifecycle, grade, source, account, since)
    async with call.read() as tx:
        found = await leads.find(tx, wanted, cursor[0] if cursor else None, limit)
    return make_page([summary(row, row["lead_id"]) for row in found], limit, lambda item: [item.lead_id])


def evidence_of(state: State) -> list[Sealed[Any] | None]:
    return [] if isinstance(state, NotThere) else [item.evidence for item in state.bant.values()]


def summary(fields: Mapping[str, Any], lead_id: str) -> Summary:
    """From a lead's standing, or from its row in the list."""
    copied = {name: fields[name] for name in Summary.model_fields if name in fields}
    told = {
        "lead_id": lead_id,
        "source": fields["lead_source"],
        "fit": FitView(grade=fields["grade"]),
        "prospect": None,
        "engagement": EngagementView(score=text(fields["score"].normalize())),
    }
    return Summary.model_validate(copied | told)


def shown_cycle(cycle: Cycle) -> CycleView:
    return CycleView(**vars(cycle))


def shown_bant(known: Folded[State], lead: Lead) -> BantViews:
    def shown(name: Literal["budget", "authority", "need", "timing"]) -> BantView:
        item = lead.bant.get(name)
        if item is None:
            return BantView()
        return BantView(status=item.status, evidence=known.text(item.evidence), at=item.at, by=item.by)

    return BantViews(budget=shown("budget"), authority=shown("authority"), need=shown("need"), timing=shown("timing"))
