"""Captures of Jane, for the tests of intake."""

from datetime import datetime
from typing import Any

from services.lead_intake.lead.commands import CaptureLead, RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import LeadCaptured, LeadEvent
from services.lead_intake.lead.state import State
from tests.spec import NOON, Given

JANE: dict[str, Any] = {
    "source": "newsletter",
    "person": {"email": "jane@acme.com"},
    "details": {"list": "monthly", "double_opt_in": True},
}
WEBINAR: dict[str, Any] = {"source": "webinar", "details": {"webinar_id": "w1", "attended": True}}
DEMO: dict[str, Any] = {"source": "demo_request", "details": {"message": "Please call me", "seats": 30}}


def told(**changes: Any) -> CaptureLead:
    return CaptureLead.model_validate(JANE | changes)


def asked(
    capture_id: str = "c1", *, engaged_at: datetime = NOON, unnamed: bool = True, person_id: str = "p1", **changes: Any
) -> RecordCapture:
    return RecordCapture(
        told=told(**changes), capture_id=capture_id, person_id=person_id, engaged_at=engaged_at, unnamed=unnamed
    )


def first(**changes: Any) -> LeadCaptured:
    """The event of such a capture of somebody unknown."""
    (event,) = DECIDER.decide(DECIDER.initial, asked(**changes), NOON)
    assert isinstance(event, LeadCaptured)
    return event


def given(*facts: LeadEvent) -> Given[RecordCapture, State, LeadEvent]:
    return Given(DECIDER, facts)
