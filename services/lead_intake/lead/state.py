"""What is known of a lead: not there, or a person with captures."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from services.lead_intake.lead.commands import RecordCapture
from services.lead_intake.lead.events import LeadEvent, Source, asset_of
from shared.rules.message import Missing

SECOND_CLICK = timedelta(seconds=60)


class KnownCapture(NamedTuple):
    """As much of a capture as tells it from another: a lead may have thousands."""

    capture_id: str
    external_id: str | None
    source: Source
    asset: str | None
    engaged_at: datetime


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


def evolve(state: State, event: LeadEvent, at: datetime) -> State:
    known = KnownCapture(event.capture_id, event.external_id, event.source, event.asset, event.engaged_at)
    if isinstance(state, NotThere):
        return Lead(event.person_id, (known,))
    return replace(state, captures=(*state.captures, known))


def same_capture(lead: Lead, asked: RecordCapture) -> KnownCapture | None:
    """The capture that this one repeats: by its id, by its external id, or as a second click."""
    asset = asset_of(asked.told.details, asked.told.source_detail)
    return next((known for known in reversed(lead.captures) if repeats(known, asked, asset)), None)


def repeats(known: KnownCapture, asked: RecordCapture, asset: str | None) -> bool:
    if known.capture_id == asked.capture_id:
        return True
    if not asked.unnamed:
        return known.external_id is not None and known.external_id == asked.told.external_id
    same = (known.source, known.asset) == (asked.told.source, asset)
    return same and abs(known.engaged_at - asked.engaged_at) <= SECOND_CLICK
