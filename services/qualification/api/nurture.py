"""Nurture as a membership that a mailing tool follows."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.qualification.api.leads import Reads
from services.qualification.lead.fields import Lifecycle
from services.qualification.projections import nurture
from services.qualification.setting.decider import ALL, DECIDER
from services.qualification.setting.events import ReasonKind
from shared.rules.fields import Instant, Slug
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
from shared.web.routing.folded import no_texts

router = APIRouter(tags=["nurture"])


class NurtureMove(BaseModel):
    """`change`: into nurture or out of it; in again for another reason is `in`. `reason`: why the lead is, or was,
    there. `lifecycle`: where it is after that. The contact data are intake's: `POST /intake/v1/people/lookup`."""

    position: int
    lead_id: str
    person_id: str
    external_id: str | None
    change: Literal["in", "out"]
    reason: str | None
    lifecycle: Lifecycle
    next_revisit: date | None
    at: datetime


@router.get("/nurture")
async def list_nurture_moves(
    call: Reads,
    since: Annotated[Instant | None, Query(description="Recorded then or later")] = None,
    reason: Annotated[Slug | None, Query(description="Why the lead is, or was, in nurture")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> FilteredPage[NurtureMove]:
    """List the leads that went into nurture or out of it, in the order in which that was recorded. A lead whose person
    is erased, or that is merged into another one, goes out. An empty list warns of a reason that is not in
    the settings."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await nurture.find(tx, since, reason, cursor[0] if cursor else None, limit)
    items = [NurtureMove.model_validate({name: row[name] for name in NurtureMove.model_fields}) for row in rows]
    page = make_page(items, limit, lambda row: [row.position])
    return with_warnings(page, [] if rows or after or reason is None else await unknown_reason(call, reason))


async def unknown_reason(call: Call, reason: str) -> list[FilterWarning]:
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    allowed = settings.reasons[ReasonKind.NURTURE]
    if reason in allowed:
        return []
    return [FilterWarning(code="reason_unknown", detail=f"{reason} is not among {', '.join(sorted(allowed))}")]
