import hashlib
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind, Unverified, Verified
from services.lead_intake.connectors.outcomes import (
    Activity,
    Erasure,
    Ignored,
    NeedsLookup,
    PersonRef,
    Unreadable,
)
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors import signing
from tests.lead_intake.connectors.deliveries import (
    HUBSPOT_CONTACT,
    HUBSPOT_EVENT,
    HUBSPOT_FORM,
    captured,
    changed,
    connection,
    elements,
    outcome,
    without,
)
from tests.lead_intake.connectors.signing import NOW, PUBLIC_URL, SECRET

VERIFY = READERS["hubspot"].verify


def event(**changes: Any) -> dict[str, Any]:
    return HUBSPOT_EVENT | changes


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "unsubscribed"),
        ({"subscriptionType": "object.propertyChange", "objectTypeId": "0-1"}, "unsubscribed"),
        ({"propertyName": "hs_email_hard_bounce_reason_enum", "propertyValue": "UNKNOWN_USER"}, "bounced"),
    ],
)
def test_an_opt_out_and_a_bounce_name_the_person_by_the_vendors_id(changes: dict[str, Any], kind: str) -> None:
    found = outcome("hubspot", [event(**changes)])
    assert isinstance(found, Activity)
    assert (found.kind, found.occurred_at) == (kind, NOW)
    assert found.person == PersonRef(vendor_id="hubspot:contact/33/1246965")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"propertyName": "lifecyclestage", "propertyValue": "customer"}, "profile"),
        ({"subscriptionType": "contact.merge", "mergedObjectIds": [1, 2]}, "merge"),
    ],
)
def test_what_changed_of_a_contact_says_what_to_look_up(changes: dict[str, Any], wanted: str) -> None:
    found = outcome("hubspot", [event(**changes)])
    assert isinstance(found, NeedsLookup)
    assert found.wanted == wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"subscriptionType": "contact.creation"},
        {"subscriptionType": "deal.creation"},
        {"subscriptionType": "object.creation", "objectTypeId": "0-2"},
        {"subscriptionType": "contact.associationChange"},
        {"propertyName": "hs_email_optout", "propertyValue": "false"},
        {"propertyName": "hs_email_hard_bounce_reason_enum", "propertyValue": ""},
        {"propertyName": "favourite_colour"},
    ],
)
def test_other_events_are_ignored(changes: dict[str, Any]) -> None:
    assert isinstance(outcome("hubspot", [event(**changes)]), Ignored)


def test_new_contacts_are_looked_up_only_where_the_settings_say_so() -> None:
    created = [event(subscriptionType="contact.creation")]
    found = outcome("hubspot", created, kinds={"contact.creation": Kind(Source.OTHER)})
    assert isinstance(found, NeedsLookup)
    assert found.wanted == "capture"


def test_a_deletion_for_privacy_names_the_person_as_a_capture_did() -> None:
    erased = outcome("hubspot", [event(subscriptionType="contact.privacyDeletion")])
    assert isinstance(erased, Erasure)
    assert erased.person == PersonRef(vendor_id="hubspot:contact/33/1246965")
    assert captured("hubspot", HUBSPOT_CONTACT).vendor_person_id == erased.person.vendor_id


def test_a_bad_event_fails_no_other_and_each_is_pointed_at() -> None:
    batch = [event(), "nonsense", event(objectId=None), event(eventId=2, propertyName="favourite_colour")]
    found = elements("hubspot", batch)
    assert [element.pointer for element in found] == ["/0", "/1", "/2", "/3"]
    assert [type(element.outcomes[0]) for element in found] == [Activity, Unreadable, Unreadable, Ignored]


def test_a_repeated_event_keeps_its_identity_in_another_place_and_at_another_attempt() -> None:
    first = elements("hubspot", [event(), event(eventId=2)])
    again = elements("hubspot", [event(eventId=2, attemptNumber=3), event(attemptNumber=1)])
    assert [element.identity for element in first] == [element.identity for element in reversed(again)]


def test_an_event_id_alone_does_not_make_two_events_one() -> None:
    same_id = elements("hubspot", [event(), event(occurredAt=1772452800001), event(propertyName="email")])
    assert len({element.identity for element in same_id}) == 3


def test_the_newest_form_submission_of_a_workflows_contact_is_the_capture() -> None:
    assert captured("hubspot", HUBSPOT_CONTACT).body == {
        "source": "contact_form",
        "source_detail": "form-new",
        "person": {
            "email": "jane@acme.com",
            "phone": "+49 30 901820",
            "first_name": "Jane",
            "last_name": "Müller",
            "job_title": "Head of Sales",
        },
        "company": {"name": "Acme"},
        "campaign": {
            "utm_source": "news",
            "utm_campaign": "spring",
            "click_id": "abc",
            "landing_url": "https://www.example.com/guide?utm_source=news&utm_campaign=spring&gclid=abc",
        },
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "hubspot:11111111-aaaa-4aaa-8aaa-000000000002",
    }


def test_the_forms_kind_comes_from_the_settings() -> None:
    guide = Kind(Source.GATED_CONTENT, details={"asset_id": "guide", "asset_type": "whitepaper"})
    body = captured("hubspot", HUBSPOT_CONTACT, kinds={"form-new": guide}).body
    assert body["details"] == {"asset_id": "guide", "asset_type": "whitepaper", "title": "Download the guide"}


def test_a_contact_read_back_by_a_tool_is_a_capture_without_id_and_time() -> None:
    body = captured("hubspot", {"id": "1", "properties": {"email": "jane@acme.com", "lastname": "  "}}).body
    assert body == {"source": "contact_form", "person": {"email": "jane@acme.com"}}


def test_a_posted_form_keeps_its_consent_with_the_wording() -> None:
    capture = captured("hubspot", HUBSPOT_FORM)
    assert capture.body["consent"] == {"status": "granted", "purpose": "newsletter", "text_version": "2026-01"}
    assert capture.consent_evidence == "I want the newsletter."
    assert capture.occurred_at == NOW
    assert capture.external_id is None


def test_a_form_without_consent_says_neither_yes_nor_no() -> None:
    assert "consent" not in captured("hubspot", without(HUBSPOT_FORM, "legalConsentOptions")).body
    refused = changed(HUBSPOT_FORM, "legalConsentOptions.consent.communications.0.value", False)
    assert captured("hubspot", refused).body["consent"]["status"] == "denied"


def test_a_body_that_a_workflow_was_given_by_hand_is_read_by_its_names() -> None:
    body = captured("hubspot", {"lead": {"email": "jane@acme.com", "firstname": "Jane"}}).body
    assert body["person"] == {"email": "jane@acme.com", "first_name": "Jane"}


def test_half_a_contact_is_unreadable() -> None:
    assert isinstance(outcome("hubspot", without(HUBSPOT_CONTACT, "properties")), Unreadable)
    assert isinstance(outcome("hubspot", changed(HUBSPOT_CONTACT, "properties", {"email": {}})), Unreadable)


def test_the_secret_of_a_contacts_profile_is_not_kept() -> None:
    (element,) = elements("hubspot", HUBSPOT_CONTACT)
    assert "AO_T-secret" not in str(element)


def test_the_signed_address_includes_the_query_with_some_characters_decoded() -> None:
    query = "a=%40x%2Cy&b=%20%25"
    stamp = str(int(NOW.timestamp() * 1000))
    message = f"POST{PUBLIC_URL}?a=@x,y&b=%20%25[]{stamp}".encode()
    headers = {
        "x-hubspot-signature-v3": b64encode(signing.sha256_of(SECRET, message)).decode(),
        "x-hubspot-request-timestamp": stamp,
    }
    assert VERIFY(Delivery(b"[]", headers, query), connection("hubspot"), NOW) == Verified()
    assert isinstance(VERIFY(Delivery(b"[]", headers), connection("hubspot"), NOW), Unverified)


@pytest.mark.parametrize(("version", "message"), [("v1", ""), ("v2", f"POST{PUBLIC_URL}")])
def test_signatures_without_a_stamp_count_only_where_the_settings_say_so(version: str, message: str) -> None:
    digest = hashlib.sha256(f"{SECRET}{message}[]".encode()).hexdigest()
    headers = {"x-hubspot-signature": digest, "x-hubspot-signature-version": version}
    old = Delivery(b"[]", headers)
    assert VERIFY(old, connection("hubspot", legacy_signatures=True), NOW) == Verified()
    assert isinstance(VERIFY(old, connection("hubspot"), NOW), Unverified)


def test_a_stamp_in_seconds_is_refused() -> None:
    delivery = signing.signed("hubspot", b"[]", late=timedelta())
    seconds = {**delivery.headers, "x-hubspot-request-timestamp": str(int(NOW.timestamp()))}
    assert isinstance(VERIFY(Delivery(b"[]", seconds), connection("hubspot"), NOW), Unverified)
