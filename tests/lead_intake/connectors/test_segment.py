from typing import Any

import pytest

from services.lead_intake.connectors.delivery import Kind
from services.lead_intake.connectors.outcomes import (
    Activity,
    Capture,
    Ignored,
    NeedsLookup,
    PersonRef,
    ProfileChange,
    Unreadable,
)
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import SEGMENT, captured, changed, elements, outcome, without
from tests.lead_intake.connectors.signing import NOW

JANE = PersonRef("jane@acme.com", vendor_id="segment:user/u-7")
IDENTIFY = SEGMENT | {"type": "identify", "event": None, "traits": {"title": "VP Sales", "industry": "Steel"}}


def test_an_event_that_the_settings_name_is_a_capture() -> None:
    capture = captured("segment", SEGMENT)
    assert capture.body == {
        "source": "demo_request",
        "details": {"message": "Soon, please\nproperties.title: Demo", "seats": 25},
        "person": {"email": "jane@acme.com", "first_name": "Jane van", "last_name": "Dyk"},
        "company": {"name": "Acme"},
        "campaign": {
            "utm_source": "news",
            "utm_campaign": "spring",
            "landing_url": "https://www.example.com/demo",
        },
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "segment:ajs-next-1",
    }
    assert capture.vendor_person_id == "segment:user/u-7"


def test_without_any_event_in_the_settings_a_source_takes_them_all() -> None:
    assert captured("segment", SEGMENT, kinds={}, kind=Kind(Source.EVENT)).body["source"] == "event"
    assert isinstance(outcome("segment", SEGMENT, kinds={}), Ignored)
    assert isinstance(outcome("segment", SEGMENT, kinds={"Other": Kind(Source.EVENT)}), Ignored)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("Email Link Clicked", "email_clicked"),
        ("Email Bounced", "bounced"),
        ("Unsubscribed", "unsubscribed"),
        ("Email Marked as Spam", "unsubscribed"),
    ],
)
def test_events_of_mailings_are_activities(event: str, kind: str) -> None:
    found = outcome("segment", SEGMENT | {"event": event})
    assert isinstance(found, Activity)
    assert (found.kind, found.person, found.occurred_at) == (kind, JANE, NOW)
    assert found.external_id == "segment:ajs-next-1"


def test_a_page_is_an_activity_of_somebody_who_is_known() -> None:
    page = SEGMENT | {"type": "page", "event": None}
    assert outcome("segment", page) == Activity("page_viewed", JANE, NOW, "segment:ajs-next-1")
    by_id = outcome("segment", without(page, "context.traits"))
    user = PersonRef(vendor_id="segment:user/u-7")
    assert by_id == Activity("page_viewed", user, NOW, "segment:ajs-next-1", awaited=False)
    assert isinstance(outcome("segment", without(without(page, "context.traits"), "userId")), Ignored)


def test_an_event_that_names_the_user_by_an_id_alone_is_not_lost() -> None:
    bare = without(SEGMENT, "context.traits")
    ids, at = {"userId": "u-7"}, captured("segment", SEGMENT).occurred_at
    assert outcome("segment", bare) == NeedsLookup(ids, "capture", at, "segment:ajs-next-1")
    found = outcome("segment", bare | {"event": "Unsubscribed"})
    assert isinstance(found, Activity)
    assert found.person == PersonRef(None, vendor_id="segment:user/u-7")
    assert isinstance(outcome("segment", without(bare, "userId")), Ignored)


def test_an_identification_is_a_change_of_the_profile() -> None:
    found = outcome("segment", IDENTIFY)
    assert isinstance(found, ProfileChange)
    assert found.person == JANE
    assert found.fields["person"]["job_title"] == "VP Sales"
    assert found.fields["company"] == {"name": "Acme", "industry": "Steel"}


def test_an_identification_is_a_capture_where_the_settings_say_so() -> None:
    assert captured("segment", IDENTIFY, kinds={"identify": Kind(Source.NEWSLETTER)}).body["details"] == {
        "list": "identify"
    }


@pytest.mark.parametrize("call", ["alias", "group", "screen"])
def test_other_calls_are_ignored(call: str) -> None:
    assert isinstance(outcome("segment", SEGMENT | {"type": call, "event": None}), Ignored)


def test_a_batch_is_answered_call_by_call() -> None:
    batch = {"batch": [SEGMENT, None, IDENTIFY | {"messageId": "2"}, without(SEGMENT, "type")], "sentAt": "x"}
    found = elements("segment", batch)
    assert [(element.pointer, type(element.outcomes[0])) for element in found] == [
        ("/batch/0", Capture),
        ("/batch/1", Unreadable),
        ("/batch/2", ProfileChange),
        ("/batch/3", Unreadable),
    ]
    assert found[0].identity == elements("segment", SEGMENT)[0].identity


def test_the_corrected_time_counts_before_the_devices() -> None:
    late = SEGMENT | {"originalTimestamp": "2026-03-02T11:00:00Z"}
    assert captured("segment", late).occurred_at == NOW
    assert captured("segment", changed(late, "timestamp", "soon")).body["occurred_at"] == "2026-03-02T11:00:00+00:00"


@pytest.mark.parametrize("blank", [None, "", " ", [], 0.5])
def test_blank_and_odd_traits_are_absent(blank: Any) -> None:
    body = captured("segment", changed(SEGMENT, "context.traits.name", blank)).body
    assert "first_name" not in body["person"]


def test_a_call_of_rudderstack_has_more_fields_and_no_known_user() -> None:
    call = without(SEGMENT, "userId") | {"channel": "web", "anonymousId": "a-1", "rudderId": "r-1", "integrations": {}}
    capture = captured("segment", call)
    assert capture.body == captured("segment", SEGMENT).body
    assert capture.vendor_person_id is None
