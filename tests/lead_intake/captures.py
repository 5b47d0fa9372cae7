"""Captures of Jane, for the tests of intake."""

import json
from datetime import datetime
from typing import Any

from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.commands import LeadCommand, RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import CaptureFields, LeadCaptured, LeadEvent
from services.lead_intake.lead.state import State
from tests.spec import NOON, Given

JANE: dict[str, Any] = {
    "source": "newsletter",
    "person": {"email": "jane@acme.com"},
    "details": {"list": "monthly", "double_opt_in": True},
}
WEBINAR: dict[str, Any] = {"source": "webinar", "details": {"webinar_id": "w1", "attended": True}}
DEMO: dict[str, Any] = {"source": "demo_request", "details": {"message": "Please call me", "seats": 30}}


def body(**changes: Any) -> CaptureLead:
    return CaptureLead.model_validate(JANE | changes)


def record(
    capture_id: str = "c1",
    *,
    engaged_at: datetime = NOON,
    is_anonymous: bool = True,
    person_id: str = "p1",
    **changes: Any,
) -> RecordCapture:
    """The content's digest is the content itself."""
    return RecordCapture(
        body=body(**changes),
        capture_id=capture_id,
        person_id=person_id,
        engaged_at=engaged_at,
        is_anonymous=is_anonymous,
        content=json.dumps(JANE | changes, default=str, sort_keys=True),
    )


def first(**changes: Any) -> LeadCaptured:
    """The event of such a capture of an unknown person."""
    (event,) = DECIDER.decide(DECIDER.initial, record(**changes), NOON)
    assert isinstance(event, LeadCaptured)
    return event


def captured(**changes: Any) -> CaptureFields:
    return first(**changes).capture


def given(*history: LeadEvent) -> Given[LeadCommand, State, LeadEvent]:
    return Given(DECIDER, history)
