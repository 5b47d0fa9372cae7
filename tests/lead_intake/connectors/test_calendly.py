from typing import Any

import pytest

from services.lead_intake.connectors.delivery import Kind
from services.lead_intake.connectors.outcomes import Activity, Capture, Ignored, PersonRef, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import (
    CALENDLY,
    INVITEE,
    captured,
    changed,
    elements,
    outcome,
    outcomes,
    without,
)
from tests.lead_intake.connectors.signing import NOW

DEMO = "https://api.calendly.com/event_types/DEMO"
JANE = PersonRef("jane@acme.com", "+49 30 901820")
LATER = "2026-03-02T12:00:01+00:00"


def named(event: str, **payload: Any) -> dict[str, Any]:
    return CALENDLY | {"event": event, "payload": CALENDLY["payload"] | payload}


def activity(value: Any) -> Activity:
    found = outcomes("calendly", value)[0]
    assert isinstance(found, Activity)
    return found


def test_a_booking_is_a_meeting_and_a_request_for_a_demo() -> None:
    booked = activity(CALENDLY)
    assert booked == Activity("meeting_booked", JANE, NOW, f"calendly:invitee.created/{INVITEE}", subject=INVITEE)
    assert captured("calendly", CALENDLY).body == {
        "source": "demo_request",
        "details": {"message": "What do you want to see?: The forecast"},
        "person": {
            "email": "jane@acme.com",
            "phone": "+49 30 901820",
            "first_name": "Jane van",
            "last_name": "Dyk",
        },
        "company": {"name": "Acme"},
        "campaign": {"utm_source": "ads", "utm_campaign": "spring"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": f"calendly:invitee.created/{INVITEE}",
    }


def test_once_event_types_are_mapped_the_others_are_meetings_only() -> None:
    assert len(outcomes("calendly", CALENDLY, kinds={"another": Kind(Source.OTHER)})) == 1
    assert len(outcomes("calendly", CALENDLY, kinds={DEMO: Kind(Source.DEMO_REQUEST)})) == 2


def test_first_and_last_name_count_before_the_full_name() -> None:
    body = captured("calendly", named("invitee.created", first_name="Jane", last_name="van Dyk")).body
    assert (body["person"]["first_name"], body["person"]["last_name"]) == ("Jane", "van Dyk")


def test_a_cancellation_says_who_canceled_and_when() -> None:
    canceled = activity(named("invitee.canceled", cancellation={"canceler_type": "host", "reason": "ill"}))
    assert (canceled.kind, canceled.subject, canceled.detail) == ("meeting_canceled", INVITEE, "host")
    assert canceled.occurred_at is not None
    assert canceled.occurred_at.isoformat() == LATER


def test_a_rescheduled_meeting_counts_once_in_whatever_order() -> None:
    new = f"{INVITEE}-2"
    gone = named("invitee.canceled", rescheduled=True, new_invitee=new)
    come = named("invitee.created", uri=new, old_invitee=INVITEE)
    assert isinstance(outcome("calendly", gone), Ignored)
    (booked,) = outcomes("calendly", come)
    assert isinstance(booked, Activity)
    assert (booked.subject, booked.replaces) == (new, INVITEE)


def test_a_no_show_can_be_taken_back_and_come_again() -> None:
    mark = {"uri": "https://api.calendly.com/invitee_no_shows/N1", "created_at": "2026-03-05T09:30:00Z"}
    missed = activity(named("invitee_no_show.created", no_show=mark))
    undone = activity(named("invitee_no_show.deleted", no_show=None))
    again = activity(named("invitee_no_show.created", no_show=mark | {"uri": "N2"}))
    assert [one.undone for one in (missed, undone, again)] == [False, True, False]
    assert missed.subject == undone.subject == INVITEE
    assert len({one.external_id for one in (missed, undone, again)}) == 3


def test_a_routing_form_is_a_capture_only_if_somebody_typed_in_an_address() -> None:
    questions = [{"question": "Where can we reach you?", "answer": "jane@acme.com"}]
    form = {
        "event": "routing_form_submission.created",
        "created_at": "2026-03-02T12:00:00Z",
        "payload": {"uri": "r1", "routing_form": "f1", "questions_and_answers": questions, "tracking": {}},
    }
    assert captured("calendly", form, kinds={"f1": Kind(Source.CONTACT_FORM)}).body["person"] == {
        "email": "jane@acme.com"
    }
    assert isinstance(outcome("calendly", changed(form, "payload.questions_and_answers.0.answer", "By post")), Ignored)


def test_a_repeated_booking_keeps_its_identity() -> None:
    (first,), (again,) = elements("calendly", CALENDLY), elements("calendly", CALENDLY | {"created_at": LATER})
    assert first.identity == again.identity


def test_nobody_can_cancel_for_the_invitee_with_what_is_kept() -> None:
    (element,) = elements("calendly", CALENDLY)
    assert "cancellations" not in str(element)
    assert "reschedulings" not in str(element)


def test_another_event_is_ignored_and_half_a_payload_is_unreadable() -> None:
    assert isinstance(outcome("calendly", named("user.updated")), Ignored)
    for broken in (without(CALENDLY, "event"), without(CALENDLY, "payload"), CALENDLY | {"payload": [CALENDLY]}):
        assert isinstance(outcome("calendly", broken), Unreadable)


@pytest.mark.parametrize("blank", [None, "", "  ", [], {}])
def test_blank_fields_are_absent(blank: Any) -> None:
    value = named("invitee.created", name=blank, text_reminder_number=blank, questions_and_answers=blank)
    (capture,) = [one for one in outcomes("calendly", value) if isinstance(one, Capture)]
    assert capture.body["person"] == {"email": "jane@acme.com"}
    assert "details" not in capture.body


def test_the_first_version_of_the_api_is_kept_to_be_looked_at() -> None:
    old = {
        "event": "invitee.created",
        "time": "2018-03-14T19:16:01Z",
        "payload": {"event_type": {"uuid": "CCC", "kind": "One-on-One"}, "invitee": {"email": "jane@acme.com"}},
    }
    (element,) = elements("calendly", old)
    assert element.outcomes == (Unreadable("neither e-mail address nor phone number"),)
    assert element.kept == old
