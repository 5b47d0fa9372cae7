"""The state of a delivery in quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.lead_intake.quarantine import events
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class NotExisting:
    """Never quarantined."""


@dataclass(frozen=True)
class Waiting:
    connection_id: str | None
    reason: events.Reason
    received_at: datetime
    kept: Sealed[Any]
    form_key: str | None = None


@dataclass(frozen=True)
class Released:
    capture_ids: tuple[str, ...]


@dataclass(frozen=True)
class Discarded:
    reason: str


State = NotExisting | Waiting | Released | Discarded


def evolve(state: State, event: events.QuarantineEvent, at: datetime) -> State:
    match event:
        case events.DeliveryQuarantined():
            return Waiting(event.connection_id, event.reason, event.received_at, event.kept, event.form_key)
        case events.DeliveryReleased():
            return Released(event.capture_ids)
        case events.DeliveryDiscarded():
            return Discarded(event.reason)
