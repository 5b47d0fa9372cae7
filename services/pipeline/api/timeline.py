"""The timeline of a deal: what has happened to it, in words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.pipeline.api import own_deals
from services.pipeline.api.opportunities import OpportunityId, Reads
from services.pipeline.api.opportunity_views import MoneyView
from services.pipeline.api.visible_events import LeftView, before_arrival
from services.pipeline.opportunity import events
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.timeline import named_amounts, named_days, named_owners, sentence
from shared.rules.message import RecordedEvent
from shared.rules.money import format_amount
from shared.rules.sealed import Sealed
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.folded import History

router = APIRouter(tags=["opportunities"])


class TimelineEntry(BaseModel):
    """One event. `at`: when it happened; `recorded_at`: when it was stored. `text`: what happened, in English; `note`:
    what its author wrote beside it, null when there is none or it was erased. `owners`: the owners whom the text names;
    `_elsewhere` is anybody outside what the caller sees. `amounts`, `days`: those that the text names, so that a reader
    may write them in another way; in the text they are such as `100.00 EUR` and `2026-03-31`."""

    at: datetime
    recorded_at: datetime
    by: str
    on_behalf_of: str | None
    type: str
    text: str
    owners: list[str]
    amounts: list[MoneyView]
    days: list[date]
    note: str | None
    version: int
    position: int


@router.get("/opportunities/{opportunity_id}/timeline")
async def get_timeline(
    opportunity_id: OpportunityId, call: Reads, limit: Limit = 100, after: Cursor = None
) -> Page[TimelineEntry]:
    """List everything that has happened to a deal, in words and in order, always current. A confined caller sees what
    happened while the deal had owners who are inside today."""
    cursor = decode_cursor(after, int)
    history = await call.history(DECIDER, opportunity_id, notes, is_visible=own_deals.is_visible)
    newer = (each for each in visible_entries(history) if cursor is None or each.version > cursor[0])
    return make_page(list(islice(newer, limit + 1)), limit, lambda item: [item.version])


def notes(event: events.OpportunityEvent) -> Sequence[Sealed[Any] | None]:
    return [event.note] if isinstance(event, events.StageChanged | events.Corrected) else []


def visible_entries(history: History[events.OpportunityEvent]) -> Iterator[TimelineEntry]:
    """The entries that the caller may see, by the rule of the feed: see `visible_events`."""
    before: str | None = None
    for recorded in history.recorded:
        event = recorded.event
        owner = event.after.owner if isinstance(event, events.ChangeEvent) else before
        was_inside = before is None or history.subtree.includes(before)
        if history.subtree.includes(owner):
            yield entry(recorded if was_inside else recorded._replace(event=from_elsewhere(event)), history)
        elif was_inside and before is not None:
            left: dict[str, Any] = {
                "type": LeftView.type,
                "text": "Given to an owner elsewhere",
                "owners": [],
                "amounts": [],
                "days": [],
                "note": None,
            }
            yield entry(recorded, history).model_copy(update=left)
        before = owner


def from_elsewhere(event: events.OpportunityEvent) -> events.OpportunityEvent:
    if not isinstance(event, events.Assigned | events.Corrected):
        return event
    return event.model_copy(update=before_arrival(event.after._asdict(), type(event).model_fields))


def entry(recorded: RecordedEvent[events.OpportunityEvent], history: History[Any]) -> TimelineEntry:
    (note,) = notes(recorded.event) or [None]
    return TimelineEntry(
        at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        by=recorded.actor,
        on_behalf_of=recorded.on_behalf_of,
        type=recorded.event.type,
        text=sentence(recorded.event),
        owners=list(named_owners(recorded.event)),
        amounts=[MoneyView(amount=format_amount(*each), currency=each[1]) for each in named_amounts(recorded.event)],
        days=list(named_days(recorded.event)),
        note=history.text(note),
        version=recorded.version,
        position=recorded.position,
    )
