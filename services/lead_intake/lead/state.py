"""The state of a lead: a person with captures."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from services.lead_intake.lead import events
from shared.rules.message import Missing


class KnownCapture(NamedTuple):
    """The part of a capture that tells it from another one: a lead may have thousands."""

    capture_id: str
    external_id: str | None
    source: events.Source
    asset: str | None
    engaged_at: datetime
    content: str | None
    supplements: str | None


@dataclass(frozen=True)
class NotThere: ...


@dataclass(frozen=True)
class Lead:
    person_id: str
    captures: tuple[KnownCapture, ...]


State = NotThere | Lead


def must_be_there(state: State) -> Lead:
    if isinstance(state, NotThere):
        raise Missing("there is no such lead")
    return state


def evolve(state: State, event: events.LeadEvent, at: datetime) -> State:
    capture = known_capture(event.capture)
    if isinstance(state, NotThere):
        return Lead(event.capture.person_id, (capture,))
    return replace(state, captures=(*state.captures, capture))


def known_capture(capture: events.CaptureFields) -> KnownCapture:
    asset = asset_of(capture.details, capture.source_detail)
    return KnownCapture(
        capture.capture_id,
        capture.external_id,
        capture.source,
        asset,
        capture.engaged_at,
        capture.content,
        capture.supplements,
    )


def asset_of(details: events.Details | None, source_detail: str | None) -> str | None:
    """What the person engaged with: this newsletter, that white paper."""
    match details:
        case events.Newsletter():
            return details.list
        case events.GatedContent():
            return details.asset_id
        case events.Webinar():
            return details.webinar_id
        case events.DemoRequest():
            return details.product
        case None:
            return source_detail
