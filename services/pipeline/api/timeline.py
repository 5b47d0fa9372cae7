"""The timeline of a deal: what has happened to it, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.pipeline.api import own_deals
from services.pipeline.api.opportunities import OpportunityId, Reads
from services.pipeline.opportunity import events
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.timeline import sentence
from shared.rules.message import RecordedEvent
from shared.rules.sealed import Sealed
from shared.web.call import History
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["opportunities"])


class TimelineEntry(BaseModel):
    """One event. `at`: when it happened; `recorded_at`: when it was stored. `text`: what happened, in English; `note`:
    what its author wrote beside it, null when there is none or it was erased."""

    at: datetime
    recorded_at: datetime
    by: str
    on_behalf_of: str | None
    type: str
    text: str
    note: str | None
    version: int
    position: int


@router.get("/opportunities/{opportunity_id}/timeline")
async def get_timeline(
    opportunity_id: OpportunityId, call: Reads, limit: Limit = 100, after: Cursor = None
) -> Page[TimelineEntry]:
    """Everything that has happened to a deal, in words and in order, always current."""
    cursor = decode_cursor(after, int)
    history = await call.history(DECIDER, opportunity_id, notes, is_visible=own_deals.is_visible)
    newer = [each for each in history.recorded if cursor is None or each.version > cursor[0]]
    entries = [entry(each, history) for each in newer[: limit + 1]]
    return make_page(entries, limit, lambda item: [item.version])


def notes(event: events.OpportunityEvent) -> Sequence[Sealed[Any] | None]:
    return [event.note] if isinstance(event, events.StageChanged | events.Corrected) else []


def entry(recorded: RecordedEvent[events.OpportunityEvent], history: History[Any]) -> TimelineEntry:
    (note,) = notes(recorded.event) or [None]
    return TimelineEntry(
        at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        by=recorded.actor,
        on_behalf_of=recorded.on_behalf_of,
        type=recorded.event.type,
        text=sentence(recorded.event),
        note=history.text(note),
        version=recorded.version,
        position=recorded.position,
    )
