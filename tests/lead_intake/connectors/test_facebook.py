import json
from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind, Reply
from services.lead_intake.connectors.outcomes import Capture, Ignored, NeedsLookup, Unreadable
from services.lead_intake.connectors.reader import read
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import (
    FACEBOOK_CHANGE,
    FACEBOOK_HOOK,
    FACEBOOK_LEAD,
    captured,
    changed,
    connection,
    elements,
    outcome,
    without,
)
from tests.lead_intake.connectors.signing import NOW, SECRET

READER = READERS["facebook"]
IDS = {"leadgen_id": "444444444444", "page_id": "444444444", "form_id": "444444445", "adgroup_id": "0", "ad_id": "0"}


def hook(*changes: Any) -> dict[str, Any]:
    return FACEBOOK_HOOK | {"entry": [FACEBOOK_HOOK["entry"][0] | {"changes": list(changes)}]}


def test_a_hook_waits_for_the_lead_to_be_read_back() -> None:
    assert outcome("facebook", FACEBOOK_HOOK) == NeedsLookup(IDS, "capture", NOW, "facebook:444444444444")


def test_the_lead_that_is_read_back_is_the_capture_that_the_hook_announced() -> None:
    capture = captured("facebook", FACEBOOK_LEAD)
    assert capture.body == {
        "source": "paid",
        "source_detail": "6042",
        "person": {"email": "jane@acme.com", "first_name": "Jane van", "last_name": "Dyk"},
        "company": {"name": "Acme"},
        "consent": {"status": "granted", "purpose": "newsletter", "text_version": "2026-01"},
        "campaign": {"utm_campaign": "Spring"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "facebook:444444444444",
        "message": "what_do_you_need?: A forecast",
    }
    assert capture.consent_evidence == "newsletter"


def test_a_hook_and_its_lead_are_two_elements() -> None:
    (announced,), (lead,) = elements("facebook", FACEBOOK_HOOK), elements("facebook", FACEBOOK_LEAD)
    assert announced.identity != lead.identity


def test_each_change_of_each_entry_is_answered_where_it_stands() -> None:
    twin = changed(FACEBOOK_CHANGE, "value.leadgen_id", 17)
    batch = hook(FACEBOOK_CHANGE, {"field": "feed", "value": {"item": "post"}}, {"field": "leadgen", "value": {}})
    batch["entry"] += ["nonsense", {"id": "1", "changes": [twin, without(twin, "value.leadgen_id")]}, {"id": "2"}]
    found = elements("facebook", batch)
    assert [(element.pointer, type(element.outcomes[0])) for element in found] == [
        ("/entry/0/changes/0", NeedsLookup),
        ("/entry/0/changes/1", Ignored),
        ("/entry/0/changes/2", Ignored),
        ("/entry/1", Unreadable),
        ("/entry/2/changes/0", NeedsLookup),
        ("/entry/2/changes/1", Unreadable),
        ("/entry/3", Unreadable),
    ]


def test_a_batch_in_another_order_has_the_same_identities() -> None:
    twin = changed(FACEBOOK_CHANGE, "value.leadgen_id", 17)
    first = elements("facebook", hook(FACEBOOK_CHANGE, twin))
    again = elements("facebook", hook(twin, FACEBOOK_CHANGE))
    assert [element.identity for element in first] == [element.identity for element in reversed(again)]


@pytest.mark.parametrize(
    "lead",
    [
        {"Full Name": "Jane van Dyk", "Email": "jane@acme.com", "Company Name": "Acme", "leadgen_id": "l:444444444444"},
        {"full_name": ["Jane van Dyk"], "email": ["jane@acme.com"], "company_name": ["Acme"], "lead_id": 444444444444},
        {
            "field_data": {"full name": "Jane van Dyk", "E-Mail": "jane@acme.com", "company": "Acme"},
            "id": "444444444444",
        },
        {
            "fieldData": [
                {"name": "full_name", "values": ["Jane van Dyk"]},
                {"name": "work_email", "value": "jane@acme.com"},
                {"name": "company_name", "values": ["Acme"]},
            ],
            "ID": "444444444444",
        },
    ],
)
def test_tools_may_flatten_the_lead_in_their_ways(lead: dict[str, Any]) -> None:
    body = captured("facebook", lead).body
    assert body["person"] == {"email": "jane@acme.com", "first_name": "Jane van", "last_name": "Dyk"}
    assert (body["company"], body["external_id"]) == ({"name": "Acme"}, "facebook:444444444444")


def test_a_sheet_marks_ids_and_phones() -> None:
    row = {
        "id": "l:1",
        "phone_number": "p:+4930901820",
        "form_id": "f:7",
        "campaign_id": "c:9",
        "created_time": 1772452800,
    }
    body = captured("facebook", row, kinds={"7": Kind(Source.EVENT)}).body
    assert body["person"] == {"phone": "+4930901820"}
    assert (body["source"], body["source_detail"], body["external_id"]) == ("event", "9", "facebook:1")
    assert body["occurred_at"] == "2026-03-02T12:00:00+00:00"


def test_a_form_encoded_lead_is_read_like_any_other() -> None:
    delivery = Delivery(
        b"leadgen_id=1&email=jane%40acme.com", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    )
    (element,) = read(READER, delivery, connection("facebook"))
    (capture,) = element.outcomes
    assert isinstance(capture, Capture)
    assert capture.external_id == "facebook:1"


@pytest.mark.parametrize(
    ("checked", "status"), [("1", "granted"), (True, "granted"), ("", "denied"), (False, "denied")]
)
def test_a_box_that_was_shown_says_yes_or_no(checked: Any, status: str) -> None:
    lead = changed(FACEBOOK_LEAD, "custom_disclaimer_responses.0.is_checked", checked)
    assert captured("facebook", lead).body["consent"]["status"] == status


@pytest.mark.parametrize("boxes", [[], None, [{"checkbox_key": "a", "is_checked": "1"}, {"checkbox_key": "b"}]])
def test_no_box_or_boxes_that_differ_say_nothing(boxes: Any) -> None:
    assert "consent" not in captured("facebook", FACEBOOK_LEAD | {"custom_disclaimer_responses": boxes}).body


@pytest.mark.parametrize("value", ["<test lead: dummy data for full_name>", "test@fb.com", "Test@Meta.com"])
def test_a_test_lead_is_ignored(value: str) -> None:
    assert outcome("facebook", changed(FACEBOOK_LEAD, "field_data.1.values", [value])) == Ignored("a test lead")


def test_a_lead_that_cannot_be_reached_is_unreadable() -> None:
    assert isinstance(outcome("facebook", without(FACEBOOK_LEAD, "field_data")), Unreadable)
    assert isinstance(outcome("facebook", {"object": "page"}), Unreadable)


def test_an_empty_hook_is_ignored() -> None:
    (element,) = elements("facebook", {"object": "page", "entry": []})
    assert element.outcomes == (Ignored("the delivery is empty"),)


def challenged(token: str, *, mode: str = "subscribe", **settings: Any) -> Reply | None:
    query = f"hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444"
    return READER.handshake(Delivery(b"", {}, query, "GET"), connection("facebook", **settings))


def test_the_challenge_is_answered_when_the_token_is_right() -> None:
    right = Reply(200, "text/plain", b"1158201444")
    assert challenged(SECRET) == right
    assert challenged("ours", verify_token="ours") == right


def test_the_challenge_is_forbidden_when_the_token_is_wrong() -> None:
    wrong = (
        challenged("wrong"),
        challenged(""),
        challenged(SECRET, mode="unsubscribe"),
        challenged(SECRET, verify_token="ours"),
        challenged("", secrets=("",)),
        READER.handshake(Delivery(b"", method="GET"), connection("facebook")),
    )
    assert {reply and reply.status for reply in wrong} == {403}
    assert READER.handshake(Delivery(json.dumps(FACEBOOK_HOOK).encode()), connection("facebook")) is None
