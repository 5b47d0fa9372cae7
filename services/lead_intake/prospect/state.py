"""The state of a prospect."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.prospect import events
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class NotExisting: ...


@dataclass(frozen=True)
class Prospect:
    person_id: str | None
    content: str
    person: Sealed[dict[str, str]]


State = NotExisting | Prospect


def evolve(state: State, event: events.ProspectEvent, at: datetime) -> State:
    return Prospect(event.person_id, event.content, event.person)
