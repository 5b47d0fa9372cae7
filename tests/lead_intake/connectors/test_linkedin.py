import json
from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind
from services.lead_intake.connectors.outcomes import Ignored, NeedsLookup, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import (
    LINKEDIN_HOOK,
    LINKEDIN_LEAD,
    captured,
    changed,
    connection,
    elements,
    outcome,
    without,
)
from tests.lead_intake.connectors.signing import NOW, SECRET, sha256_of

LEAD = "linkedin:52dcb737-26f9-4af3-b1fc-935b3e93f838-4"
HANDSHAKE = READERS["linkedin"].handshake


def test_a_notification_waits_for_the_response_to_be_read_back() -> None:
    ids = {name: LINKEDIN_HOOK[name] for name in ("leadGenFormResponse", "leadGenForm", "leadType")}
    assert outcome("linkedin", LINKEDIN_HOOK) == NeedsLookup(ids, "capture", NOW, LEAD)


def test_a_deleted_lead_waits_for_somebody_to_decide() -> None:
    found = outcome("linkedin", LINKEDIN_HOOK | {"leadAction": "DELETED"})
    assert isinstance(found, NeedsLookup)
    assert (found.wanted, found.external_id) == ("erasure", LEAD)


def test_the_response_that_is_read_back_is_the_capture_that_was_announced() -> None:
    assert captured("linkedin", LINKEDIN_LEAD).body == {
        "source": "paid",
        "source_detail": "32131231",
        "person": {"email": "jane@acme.com", "first_name": "Jane"},
        "consent": {"status": "granted", "purpose": "newsletter", "text_version": "2026-01"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": LEAD,
    }


def test_making_deletion_and_response_are_three_elements_and_a_repetition_is_none() -> None:
    sent = [LINKEDIN_HOOK, LINKEDIN_HOOK | {"leadAction": "DELETED"}, LINKEDIN_LEAD, LINKEDIN_HOOK]
    identities = [element.identity for element in elements("linkedin", sent)]
    assert len(set(identities)) == 3
    assert identities[0] == identities[3]


@pytest.mark.parametrize(
    ("lead_type", "source"), [("EVENT", "event"), ("COMPANY", "contact_form"), (None, "contact_form")]
)
def test_a_response_that_no_advertisement_brought_has_another_source(lead_type: Any, source: str) -> None:
    organic = without(LINKEDIN_LEAD | {"leadType": lead_type}, "leadMetadata")
    body = captured("linkedin", organic).body
    assert (body["source"], body["source_detail"]) == (source, "3213")


def test_the_form_says_the_kind() -> None:
    assert captured("linkedin", LINKEDIN_LEAD, kinds={"3213": Kind(Source.REFERRAL)}).body["source"] == "referral"


@pytest.mark.parametrize("accepted", [None, "perhaps"])
def test_a_box_without_an_answer_says_nothing(accepted: Any) -> None:
    lead = changed(LINKEDIN_LEAD, "formResponse.consentResponses.0.accepted", accepted)
    assert "consent" not in captured("linkedin", lead).body
    refused = changed(LINKEDIN_LEAD, "formResponse.consentResponses.0.accepted", False)
    assert captured("linkedin", refused).body["consent"]["status"] == "denied"


def test_test_leads_and_other_actions_are_ignored() -> None:
    assert outcome("linkedin", LINKEDIN_LEAD | {"testLead": True}) == Ignored("a test lead")
    assert isinstance(outcome("linkedin", LINKEDIN_HOOK | {"leadAction": "ARCHIVED"}), Ignored)


def test_half_a_notification_and_half_a_response_are_unreadable() -> None:
    for broken in (
        without(LINKEDIN_HOOK, "leadGenFormResponse"),
        LINKEDIN_HOOK | {"leadGenFormResponse": "urn:"},
        without(LINKEDIN_LEAD, "formResponse"),
        without(LINKEDIN_LEAD, "formResponse.answers"),
        {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": []},
    ):
        assert isinstance(outcome("linkedin", broken), Unreadable)


def challenge(code: str) -> Delivery:
    return Delivery(b"", {}, f"challengeCode={code}", "GET")


def test_the_address_is_validated_by_signing_the_challenge() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    reply = HANDSHAKE(challenge(code), connection("linkedin"))
    assert reply is not None
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {
        "challengeCode": code,
        "challengeResponse": sha256_of(SECRET, code.encode()).hex(),
    }


def test_no_challenge_is_signed_that_could_be_a_delivery() -> None:
    reply = HANDSHAKE(challenge("hmacsha256%3D%7B%7D"), connection("linkedin"))
    assert reply is not None
    assert reply.status == 400


def test_without_a_secret_or_a_challenge_there_is_no_answer() -> None:
    assert HANDSHAKE(challenge("a"), connection("linkedin", secrets=())) is None
    assert HANDSHAKE(Delivery(b"", method="GET"), connection("linkedin")) is None
    assert HANDSHAKE(Delivery(b"{}", {}, "challengeCode=a"), connection("linkedin")) is None
