import json
from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind
from services.lead_intake.connectors.outcomes import Activity, Capture, Ignored, PersonRef, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import (
    ZOOM,
    ZOOM_JOINED,
    captured,
    changed,
    connection,
    elements,
    outcome,
    without,
)
from tests.lead_intake.connectors.signing import NOW, SECRET, sha256_of

REGISTRANT = "payload.object.registrant"


def named(event: str, value: dict[str, Any] = ZOOM) -> dict[str, Any]:
    return value | {"event": event}


def test_a_registration_is_a_capture_of_the_webinar() -> None:
    assert captured("zoom", ZOOM).body == {
        "source": "webinar",
        "details": {
            "webinar_id": "94444444444",
            "attended": False,
            "questions": ["What do you hope for?: Numbers"],
        },
        "person": {
            "email": "jane@acme.com",
            "first_name": "Jane",
            "last_name": "Müller",
            "job_title": "VP Sales",
        },
        "company": {"name": "Acme", "employees": 25},
        "campaign": {
            "utm_source": "li",
            "utm_medium": "social",
            "landing_url": "https://example.com/webinar?utm_source=li&utm_medium=social",
        },
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "zoom:webinar.registration_created/94444444444/r-1/1772452800000",
    }


def test_the_name_of_the_link_counts_where_its_address_names_no_source() -> None:
    plain = changed(ZOOM, f"{REGISTRANT}.tracking_source.tracking_url", "https://example.com/webinar")
    assert captured("zoom", plain).body["campaign"]["utm_source"] == "general"


def test_nobody_can_join_with_what_is_kept() -> None:
    (element,) = elements("zoom", ZOOM)
    assert "join-token" not in str(element)


def test_consent_is_a_custom_question_that_the_settings_name() -> None:
    title = "May we write to you?"
    asked = changed(ZOOM, f"{REGISTRANT}.custom_questions", [{"title": title, "value": "Yes"}])
    capture = captured("zoom", asked, fields={title: "consent"})
    assert capture.body["consent"]["status"] == "granted"
    assert capture.consent_evidence == title
    assert "consent" not in captured("zoom", asked).body
    unclear = changed(ZOOM, f"{REGISTRANT}.custom_questions", [{"title": title, "value": "Perhaps"}])
    assert "consent" not in captured("zoom", unclear, fields={title: "consent"}).body


def test_an_older_shape_has_texts_for_numbers_blanks_for_unasked_fields_and_no_time() -> None:
    older = without(changed(ZOOM, "payload.object.id", "94444444444"), "event_ts")
    older = changed(changed(older, f"{REGISTRANT}.org", ""), f"{REGISTRANT}.no_of_employees", "")
    body = captured("zoom", older).body
    assert body["external_id"] == "zoom:webinar.registration_created/94444444444/r-1"
    assert "company" not in body
    assert "occurred_at" not in body


def test_a_size_that_is_a_range_is_left_to_the_lenient_reading() -> None:
    sized = outcome("zoom", changed(ZOOM, f"{REGISTRANT}.no_of_employees", "1-20"))
    assert isinstance(sized, Capture)
    assert sized.body["company"]["employees"] == "1-20"


def test_a_cancellation_may_come_first_and_name_another_registrant() -> None:
    other = changed(named("webinar.registration_cancelled"), f"{REGISTRANT}.id", "r-2")
    assert outcome("zoom", other) == Activity(
        "registration_canceled",
        PersonRef("jane@acme.com"),
        NOW,
        "zoom:webinar.registration_cancelled/94444444444/r-2/1772452800000",
        subject="94444444444",
    )


def test_who_joined_has_attended_once_however_often_they_join() -> None:
    joined = captured("zoom", ZOOM_JOINED)
    assert joined.body["details"] == {"webinar_id": "94444444444", "attended": True}
    assert joined.body["person"] == {"email": "jane@acme.com", "first_name": "Jane", "last_name": "Müller"}
    assert joined.body["occurred_at"] == "2026-03-09T17:01:00+00:00"
    (first,), (again,) = elements("zoom", ZOOM_JOINED), elements("zoom", ZOOM_JOINED | {"event_ts": 1773075900000})
    assert first.identity == again.identity


def test_having_come_is_not_undone_by_the_settings_of_the_webinar() -> None:
    kinds = {"94444444444": Kind(Source.WEBINAR, details={"webinar_id": "forecasting", "attended": False})}
    assert captured("zoom", ZOOM_JOINED, kinds=kinds).body["details"] == {"webinar_id": "forecasting", "attended": True}


@pytest.mark.parametrize("event", ["webinar.registration_approved", "webinar.ended", "meeting.registration_created"])
def test_other_events_are_ignored(event: str) -> None:
    assert isinstance(outcome("zoom", named(event)), Ignored)


def test_a_participant_without_an_address_is_ignored() -> None:
    assert isinstance(outcome("zoom", changed(ZOOM_JOINED, "payload.object.participant.email", "")), Ignored)


@pytest.mark.parametrize("key", ["meeting", "94444444444"])
def test_a_meeting_counts_where_the_settings_name_it(key: str) -> None:
    body = captured("zoom", named("meeting.registration_created"), kinds={key: Kind(Source.EVENT)}).body
    assert (body["source"], body["source_detail"]) == ("event", "94444444444")


@pytest.mark.parametrize("path", ["event", "payload", "payload.object", REGISTRANT, f"{REGISTRANT}.email"])
def test_half_a_payload_is_unreadable(path: str) -> None:
    assert isinstance(outcome("zoom", without(ZOOM, path)), Unreadable)


def challenge(token: Any) -> Delivery:
    value = {"event": "endpoint.url_validation", "event_ts": 1, "payload": {"plainToken": token}}
    return Delivery(json.dumps(value).encode())


def test_the_address_is_validated_by_signing_the_token() -> None:
    reply = READERS["zoom"].handshake(challenge("qgg8vlvZRS6UYooatFL8Aw"), connection("zoom"))
    assert reply is not None
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": sha256_of(SECRET, b"qgg8vlvZRS6UYooatFL8Aw").hex(),
    }


def test_no_token_is_signed_that_could_be_a_delivery() -> None:
    reply = READERS["zoom"].handshake(challenge("v0:1772452800:{}"), connection("zoom"))
    assert reply is not None
    assert reply.status == 400


def test_a_delivery_is_no_handshake() -> None:
    for delivery in (Delivery(json.dumps(ZOOM).encode()), challenge(None), Delivery(b"{")):
        assert READERS["zoom"].handshake(delivery, connection("zoom")) is None
