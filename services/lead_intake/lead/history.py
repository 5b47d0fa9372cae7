"""A lead's captures in full: the same stream, folded for those who read it."""

from datetime import datetime
from typing import Any

from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import PARSE, LeadEvent
from shared.rules.decider import Decider
from shared.rules.message import Command, Rejected
from shared.rules.sealed import Sealed

Captures = tuple[LeadEvent, ...]


def decide(captures: Captures, command: Command, at: datetime) -> list[LeadEvent]:
    raise Rejected("a history is only read")


def evolve(captures: Captures, event: LeadEvent, at: datetime) -> Captures:
    return (*captures, event)


def sealed(captures: Captures) -> list[Sealed[Any] | None]:
    return [value for capture in captures for value in (capture.person, capture.texts)]


HISTORY: Decider[Command, Captures, LeadEvent] = Decider(DECIDER.kind, PARSE, (), decide, evolve)
