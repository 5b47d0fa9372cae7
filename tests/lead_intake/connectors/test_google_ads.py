import json
from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind, Unverified, Verification, Verified
from services.lead_intake.connectors.outcomes import Ignored, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import GOOGLE, captured, changed, connection, elements, outcome, without
from tests.lead_intake.connectors.signing import NOW, SECRET

NAME = "google-ads"


def verify(value: Any, **settings: Any) -> Verification:
    return READERS[NAME].verify(Delivery(json.dumps(value).encode()), connection(NAME, **settings), NOW)


def test_a_lead_is_a_capture_of_the_campaign() -> None:
    assert captured(NAME, GOOGLE).body == {
        "source": "paid",
        "source_detail": "123456789012345678901",
        "person": {
            "email": "jane@acme.com",
            "phone": "+4930901820",
            "first_name": "Jane van",
            "last_name": "Dyk",
        },
        "company": {"name": "Acme"},
        "campaign": {"click_id": "Cj0KCQ"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "google-ads:TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "message": "City: Berlin",
    }


def test_columns_are_known_by_their_ids_and_custom_ones_by_the_settings() -> None:
    columns = [
        {"column_id": "WORK_EMAIL", "column_name": "Geschäftliche E-Mail", "string_value": "jane@acme.com"},
        {"column_id": "GIVEN_NAME", "string_value": "Jane"},
        {"column_id": "FAMILY_NAME", "string_value": "Müller"},
        {"column_id": "wann_anrufen", "column_name": "Wann?", "string_value": "Montag"},
        {"column_id": "newsletter", "string_value": "Ja"},
    ]
    fields = {"wann_anrufen": "timeline", "newsletter": "consent"}
    body = captured(NAME, GOOGLE | {"user_column_data": columns}, fields=fields, kind=Kind(Source.DEMO_REQUEST)).body
    assert body["person"] == {"email": "jane@acme.com", "first_name": "Jane", "last_name": "Müller"}
    assert body["details"] == {"timeline": "Montag"}
    assert body["consent"]["status"] == "granted"


def test_without_a_question_for_it_there_is_no_consent() -> None:
    assert "consent" not in captured(NAME, GOOGLE).body


def test_the_form_says_the_kind_before_the_campaign() -> None:
    kinds = {"40000000000": Kind(Source.EVENT), "123456789012345678901": Kind(Source.REFERRAL)}
    assert captured(NAME, GOOGLE, kinds=kinds).body["source"] == "event"
    assert captured(NAME, without(GOOGLE, "form_id"), kinds=kinds).body["source"] == "referral"


@pytest.mark.parametrize("is_test", [True, "true"])
def test_a_test_lead_is_ignored(is_test: Any) -> None:
    assert outcome(NAME, GOOGLE | {"is_test": is_test}) == Ignored("a test lead")


def test_a_repeated_lead_keeps_its_identity_even_if_its_id_is_too_long() -> None:
    long = GOOGLE | {"lead_id": "x" * 300}
    (first,), (again,) = elements(NAME, long), elements(NAME, long | {"lead_stage": "new"})
    (other,) = elements(NAME, GOOGLE | {"lead_id": "x" * 301})
    assert first.identity == again.identity != other.identity
    assert len(first.identity) < 200
    assert captured(NAME, long).external_id == first.identity


def test_the_key_of_the_form_proves_a_delivery_and_is_not_kept() -> None:
    assert verify(GOOGLE) == Verified()
    assert verify(GOOGLE, secrets=("another", SECRET)) == Verified()
    (element,) = elements(NAME, GOOGLE)
    assert SECRET not in str(element)


@pytest.mark.parametrize("key", ["wrong", "", None, 17, ["a-secret-of-the-vendor"], {}])
def test_another_key_is_refused(key: Any) -> None:
    assert isinstance(verify(GOOGLE | {"google_key": key}), Unverified)


def test_a_delivery_that_is_no_object_or_without_a_key_is_refused() -> None:
    assert isinstance(verify(without(GOOGLE, "google_key")), Unverified)
    assert isinstance(verify([GOOGLE]), Unverified)
    half = Delivery(json.dumps(GOOGLE).encode()[:-1])
    assert READERS[NAME].verify(half, connection(NAME), NOW) == Unverified("the body is not JSON")
    assert isinstance(verify(GOOGLE | {"google_key": ""}, secrets=("",)), Unverified)


def test_half_a_lead_is_unreadable_and_blank_answers_are_absent() -> None:
    assert isinstance(outcome(NAME, without(GOOGLE, "user_column_data")), Unreadable)
    body = captured(NAME, changed(GOOGLE, "user_column_data.0.string_value", " ")).body
    assert "first_name" not in body["person"]


def test_a_lead_without_a_time_or_with_a_time_without_a_zone_counts_at_receipt() -> None:
    assert captured(NAME, without(GOOGLE, "lead_submit_time")).occurred_at is None
    assert captured(NAME, GOOGLE | {"lead_submit_time": "2026-03-02T12:00:00"}).occurred_at is None


def test_fields_of_a_version_to_come_change_nothing() -> None:
    newer = GOOGLE | {"api_version": "2.0", "lead_stage": {"name": "new"}, "campaign_id": "7"}
    newer["user_column_data"] = [*GOOGLE["user_column_data"], "unknown", {"column_id": "EMAIL", "values": ["x"]}]
    assert captured(NAME, newer).body == captured(NAME, GOOGLE | {"campaign_id": 7}).body
