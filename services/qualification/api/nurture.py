"""Nurture as a membership that a mailing tool follows."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.qualification.api.leads import Reads
from services.qualification.lead.events import Lifecycle
from services.qualification.projections import nurture
from shared.rules.message import Instant, Slug
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

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
) -> Page[NurtureMove]:
    """List who went into nurture and out of it, in the order in which that was recorded. Who is erased or merged into
    another lead goes out."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await nurture.find(tx, since, reason, cursor[0] if cursor else None, limit)
    items = [NurtureMove.model_validate({name: row[name] for name in NurtureMove.model_fields}) for row in rows]
    return make_page(items, limit, lambda row: [row.position])
