from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind, Reply, Unverified, Verified
from services.lead_intake.connectors.outcomes import (
    Activity,
    IdentityChange,
    Ignored,
    PersonRef,
    ProfileChange,
    Unreadable,
)
from services.lead_intake.connectors.reader import read
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import MAILCHIMP, captured, changed, connection, elements, outcome, without
from tests.lead_intake.connectors.signing import NOW, SECRET

READER = READERS["mailchimp"]
JANE = PersonRef("jane@acme.com")


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "fired_at": "2026-03-02 12:00:00", "data": {"list_id": "a6b5", **data}}


def test_a_subscription_is_a_capture_of_the_list() -> None:
    assert captured("mailchimp", MAILCHIMP).body == {
        "source": "newsletter",
        "details": {"list": "a6b5da1054"},
        "person": {"email": "jane@acme.com", "first_name": "Jane", "last_name": "Müller", "phone": "+4930901820"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "mailchimp:subscribe/a6b5da1054/8a25ff1d98/2026-03-02T12:00:00",
        "message": "INTERESTS: Group1,Group2",
    }


def test_a_subscription_alone_is_no_consent() -> None:
    assert "consent" not in captured("mailchimp", MAILCHIMP).body


def test_a_merge_field_may_ask_for_consent() -> None:
    agreed = changed(MAILCHIMP, "data.merges.MMERGE7", "Yes")
    body = captured("mailchimp", agreed, fields={"MMERGE7": "consent"}).body
    assert body["consent"]["status"] == "granted"


def test_a_list_may_be_another_kind_of_source_with_details_of_its_own() -> None:
    kinds = {"a6b5da1054": Kind(Source.NEWSLETTER, details={"list": "monthly", "double_opt_in": True})}
    assert captured("mailchimp", MAILCHIMP, kinds=kinds).body["details"] == {"list": "monthly", "double_opt_in": True}


def test_a_blank_field_and_a_missing_time_are_absent() -> None:
    sparse = changed(changed(MAILCHIMP, "data.merges.FNAME", "   "), "fired_at", "")
    body = captured("mailchimp", sparse).body
    assert "first_name" not in body["person"]
    assert "occurred_at" not in body


@pytest.mark.parametrize("time", ["yesterday", "2026-13-45 00:00:00", "9999-12-31 23:59:59", "1772452800"])
def test_a_time_that_cannot_be_is_left_to_the_receipt(time: str) -> None:
    assert captured("mailchimp", changed(MAILCHIMP, "fired_at", time)).occurred_at is None


def test_who_unsubscribes_by_a_complaint_is_unsubscribed_with_that_reason() -> None:
    left = outcome("mailchimp", event("unsubscribe", id="8a25", email="jane@acme.com", action="unsub", reason="abuse"))
    external_id = "mailchimp:unsubscribe/a6b5/8a25/2026-03-02T12:00:00"
    assert left == Activity("unsubscribed", JANE, NOW, external_id, detail="abuse")


def test_a_cleaned_address_has_bounced() -> None:
    cleaned = outcome("mailchimp", event("cleaned", campaign_id="4f", reason="hard", email="jane@acme.com"))
    assert cleaned == Activity("bounced", JANE, NOW, None, detail="hard")


def test_an_element_without_an_id_repeats_by_its_content_for_ever() -> None:
    cleaned = event("cleaned", campaign_id="4f", reason="hard", email="jane@acme.com")
    (first,), (again,) = elements("mailchimp", cleaned), elements("mailchimp", cleaned)
    (other,) = elements("mailchimp", cleaned | {"fired_at": "2026-03-02 12:00:01"})
    assert first == again
    assert first.repeats_within is None
    assert first.identity != other.identity


def test_a_new_address_is_a_change_of_identity() -> None:
    moved = event("upemail", new_id="51da", new_email="jane@new.example", old_email="jane@acme.com")
    found = outcome("mailchimp", moved)
    assert isinstance(found, IdentityChange)
    assert (found.old, found.new) == (JANE, PersonRef("jane@new.example"))
    assert found.external_id == "mailchimp:upemail/a6b5/51da/2026-03-02T12:00:00"


def test_a_profile_is_what_the_merge_fields_say() -> None:
    found = outcome("mailchimp", MAILCHIMP | {"type": "profile"})
    assert isinstance(found, ProfileChange)
    assert found.person == JANE
    assert found.fields["person"]["last_name"] == "Müller"


@pytest.mark.parametrize("kind", ["campaign", "something_new"])
def test_other_types_are_ignored(kind: str) -> None:
    assert isinstance(outcome("mailchimp", event(kind, id="x", status="sent")), Ignored)


def test_half_a_payload_is_unreadable() -> None:
    assert isinstance(outcome("mailchimp", without(MAILCHIMP, "type")), Unreadable)
    assert isinstance(outcome("mailchimp", without(MAILCHIMP, "data")), Unreadable)
    assert isinstance(outcome("mailchimp", event("upemail", new_email="jane@new.example")), Unreadable)


def test_a_field_that_is_both_text_and_group_is_unreadable() -> None:
    for body in (b"type=subscribe&data=x&data[email]=a%40b.example", b"data[email]=x&data=y"):
        (element,) = read(READER, Delivery(body), connection("mailchimp"))
        assert element.outcomes == (Unreadable("a field of the form has both a value and fields of its own"),)
        assert element.kept == body.decode()


def test_a_bracket_that_does_not_close_is_part_of_the_name() -> None:
    (element,) = read(READER, Delivery(b"type=campaign&data[x=1&data]y=2&t[]=a&t[]=b"), connection("mailchimp"))
    assert element.kept == {"type": "campaign", "data[x": "1", "data]y": "2", "t": {"0": "a", "1": "b"}}


def test_an_old_hook_is_known_by_the_secret_in_its_address() -> None:
    old = Delivery(b"type=campaign", {}, f"secret={SECRET}")
    assert READER.verify(old, connection("mailchimp"), NOW) == Verified()
    for query in ("", "secret=", "secret=wrong"):
        assert isinstance(READER.verify(Delivery(b"", {}, query), connection("mailchimp"), NOW), Unverified)


def test_the_address_is_checked_by_a_get_without_the_secret() -> None:
    assert READER.handshake(Delivery(b"", method="GET"), connection("mailchimp")) == Reply(200, "text/plain", b"ok")
    assert READER.handshake(Delivery(b"type=campaign"), connection("mailchimp")) is None
