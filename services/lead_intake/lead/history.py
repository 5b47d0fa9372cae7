"""A lead's captures in full: the same stream, folded for queries."""

from datetime import datetime
from typing import Any

from services.lead_intake.lead import events
from services.lead_intake.lead.decider import DECIDER
from shared.rules.decider import Decider
from shared.rules.message import Command, Rejected
from shared.rules.sealed import Sealed

Captures = tuple[events.CaptureFields, ...]


def decide(captures: Captures, command: Command, at: datetime) -> list[events.LeadEvent]:
    raise Rejected("a history is read-only")


def evolve(captures: Captures, event: events.LeadEvent, at: datetime) -> Captures:
    return (*captures, event.capture)


def sealed_values(captures: Captures) -> list[Sealed[Any] | None]:
    return [value for capture in captures for value in (capture.person, capture.texts)]


HISTORY: Decider[Command, Captures, events.LeadEvent] = Decider(DECIDER.kind, events.PARSE, (), decide, evolve)
