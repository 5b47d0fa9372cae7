from typing import Any

import pytest

from services.lead_intake.connectors.delivery import Kind
from services.lead_intake.connectors.outcomes import Capture, Ignored, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import WEBFLOW, captured, changed, elements, outcome, without

FIRST_VERSION = {
    "name": "Sample Form",
    "site": "62749158efef318abc8d5a0f",
    "data": {"name": "Jane van Dyk", "email": "jane@acme.com"},
    "d": "2026-03-02T12:00:00.117Z",
    "_id": "6321ca84df3949bfc6752327",
}


def test_a_submission_is_a_capture_of_the_form() -> None:
    assert captured("webflow", WEBFLOW).body == {
        "source": "contact_form",
        "source_detail": "65429eadebe8a9f3a30f62d0",
        "person": {
            "email": "jane@acme.com",
            "phone": "+49 30 901820",
            "first_name": "Jane",
            "last_name": "Müller",
        },
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "webflow:6321ca84df3949bfc6752327",
    }


def test_the_first_version_sends_the_form_bare() -> None:
    body = captured("webflow", FIRST_VERSION).body
    assert body["person"] == {"email": "jane@acme.com", "first_name": "Jane van", "last_name": "Dyk"}
    assert (body["source_detail"], body["external_id"]) == ("Sample Form", "webflow:6321ca84df3949bfc6752327")
    assert body["occurred_at"] == "2026-03-02T12:00:00.117000+00:00"


@pytest.mark.parametrize("key", ["65429eadebe8a9f3a30f62d0", "Contact Us"])
def test_the_kind_is_known_by_the_forms_id_or_name(key: str) -> None:
    assert captured("webflow", WEBFLOW, kinds={key: Kind(Source.DEMO_REQUEST)}).body["source"] == "demo_request"


def test_a_repetition_has_the_same_identity_and_another_submission_another() -> None:
    (first,), (again,) = elements("webflow", WEBFLOW), elements("webflow", changed(WEBFLOW, "payload.schema", []))
    (other,) = elements("webflow", changed(WEBFLOW, "payload.id", "6321"))
    assert first.identity == again.identity != other.identity


def test_a_box_for_consent_may_be_a_boolean() -> None:
    fields = {"Newsletter": "consent"}
    for given, status in ((True, "granted"), (False, "denied"), ("true", "granted")):
        ticked = changed(WEBFLOW, "payload.data.Newsletter", given)
        assert captured("webflow", ticked, fields=fields).body["consent"]["status"] == status
    assert "consent" not in captured("webflow", WEBFLOW, fields=fields).body


def test_a_phone_that_is_a_number_is_left_to_the_lenient_reading() -> None:
    found = outcome("webflow", changed(WEBFLOW, "payload.data.Phone Number", 15550000000))
    assert isinstance(found, Capture)
    assert found.body["person"]["phone"] == "15550000000"


def test_other_events_are_ignored() -> None:
    assert isinstance(outcome("webflow", WEBFLOW | {"triggerType": "site_publish"}), Ignored)


@pytest.mark.parametrize("path", ["payload", "payload.data", "payload.data.email"])
def test_half_a_submission_is_unreadable_or_lacks_what_is_missing(path: str) -> None:
    found = outcome("webflow", without(WEBFLOW, path))
    if path == "payload.data.email":
        assert isinstance(found, Capture)
        assert "email" not in found.body["person"]
    else:
        assert isinstance(found, Unreadable)


@pytest.mark.parametrize("blank", ["", " \t", None])
def test_blank_fields_are_absent(blank: Any) -> None:
    assert "first_name" not in captured("webflow", changed(WEBFLOW, "payload.data.First Name", blank)).body["person"]
