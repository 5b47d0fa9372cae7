"""Proofs of deliveries: the same checks for every vendor that has one."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Unverified, Verification, Verified
from tests.lead_intake.connectors.deliveries import SAMPLES, connection, encoded
from tests.lead_intake.connectors.signing import NOW, SECRET, SIGNERS, STAMPED, signed

OLD_SECRET = "the-secret-before"
BODY = {connector: encoded(connector, SAMPLES[connector][0]) for connector in SIGNERS}
SIGNED = sorted(SIGNERS)


def verify(connector: str, delivery: Delivery, secrets: tuple[str, ...] = (SECRET,)) -> Verification:
    return READERS[connector].verify(delivery, connection(connector, secrets=secrets), NOW)


@pytest.mark.parametrize("connector", SIGNED)
def test_what_the_vendor_signed_is_accepted_again_and_again(connector: str) -> None:
    delivery = signed(connector, BODY[connector])
    assert verify(connector, delivery) == Verified()
    assert verify(connector, delivery) == Verified()


@pytest.mark.parametrize("connector", SIGNED)
def test_bytes_that_are_no_text_are_signed_as_they_are(connector: str) -> None:
    assert verify(connector, signed(connector, b'\xff\x00{"a": "\xc3\xa4\\u00e4"}')) == Verified()


@pytest.mark.parametrize("connector", SIGNED)
def test_while_a_secret_is_rotated_the_one_before_counts_too(connector: str) -> None:
    delivery = signed(connector, BODY[connector], secret=OLD_SECRET)
    assert verify(connector, delivery, (SECRET, OLD_SECRET)) == Verified()
    assert isinstance(verify(connector, delivery), Unverified)


@pytest.mark.parametrize("connector", [name for name in SIGNED if name != "generic"])
def test_a_body_that_was_changed_by_a_byte_is_refused(connector: str) -> None:
    delivery = signed(connector, BODY[connector])
    assert verify(connector, Delivery(delivery.body + b" ", delivery.headers)) == Unverified("the signature is wrong")


@pytest.mark.parametrize("connector", SIGNED)
def test_a_delivery_without_its_headers_is_refused(connector: str) -> None:
    delivery = signed(connector, BODY[connector])
    for header in delivery.headers:
        rest = {name: value for name, value in delivery.headers.items() if name != header}
        assert isinstance(verify(connector, Delivery(delivery.body, rest)), Unverified), header
        assert isinstance(verify(connector, Delivery(delivery.body, rest | {header: ""})), Unverified), header


@pytest.mark.parametrize("connector", SIGNED)
def test_an_empty_secret_proves_nothing(connector: str) -> None:
    delivery = signed(connector, BODY[connector], secret="")
    assert isinstance(verify(connector, delivery, ()), Unverified)
    assert isinstance(verify(connector, delivery, ("",)), Unverified)


@pytest.mark.parametrize("connector", STAMPED)
@pytest.mark.parametrize("late", [-300, 0, 300])
def test_a_stamp_within_five_minutes_is_fresh(connector: str, late: int) -> None:
    assert verify(connector, signed(connector, BODY[connector], late=timedelta(seconds=late))) == Verified()


@pytest.mark.parametrize("connector", STAMPED)
@pytest.mark.parametrize("late", [-86_400, -301, 301, 86_400])
def test_an_older_stamp_or_one_of_the_future_is_refused(connector: str, late: int) -> None:
    verdict = verify(connector, signed(connector, BODY[connector], late=timedelta(seconds=late)))
    assert verdict == Unverified("the time stamp is too old or in the future")


STAMP_HEADERS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "hubspot": lambda stamp: {"x-hubspot-request-timestamp": stamp},
    "zoom": lambda stamp: {"x-zm-request-timestamp": stamp},
    "webflow": lambda stamp: {"x-webflow-timestamp": stamp},
    "mailchimp": lambda stamp: {"x-mailchimp-signature": f"t={stamp},v1={'0' * 64}"},
    "calendly": lambda stamp: {"calendly-webhook-signature": f"t={stamp},v1={'0' * 64}"},
}


@pytest.mark.parametrize("connector", STAMPED)
@pytest.mark.parametrize("stamp", ["now", "-1", "1.5", "1e9", " 1772452800", "١٧٧٢٤٥٢٨٠٠", "9" * 14, "NaN", "\ud800"])
def test_a_stamp_that_is_no_number_is_refused(connector: str, stamp: str) -> None:
    delivery = signed(connector, BODY[connector])
    headers = {**delivery.headers, **STAMP_HEADERS[connector](stamp)}
    assert verify(connector, Delivery(delivery.body, headers)) == Unverified("the time stamp is not a number")


def test_of_several_signatures_under_one_stamp_one_must_be_right() -> None:
    right = signed("calendly", BODY["calendly"]).headers["calendly-webhook-signature"]
    stamp, _, good = right.partition(",")
    both = Delivery(BODY["calendly"], {"calendly-webhook-signature": f"{stamp},v1={'0' * 64}, {good}"})
    assert verify("calendly", both) == Verified()


def test_two_stamps_in_one_header_are_refused() -> None:
    right = signed("calendly", BODY["calendly"]).headers["calendly-webhook-signature"]
    twice = Delivery(BODY["calendly"], {"calendly-webhook-signature": f"t=1,{right}"})
    assert isinstance(verify("calendly", twice), Unverified)


@pytest.mark.parametrize("connector", ["facebook", "generic", "hubspot", "linkedin", "mailchimp", "segment", "webflow"])
def test_an_unsigned_delivery_may_carry_the_secret_itself(connector: str) -> None:
    body = BODY[connector]
    for delivery in (
        Delivery(body, {"authorization": f"Bearer {SECRET}"}),
        Delivery(body, {"x-webhook-token": SECRET}),
        Delivery(body, {}, f"secret={SECRET}"),
    ):
        assert verify(connector, delivery) == Verified()
    for delivery in (
        Delivery(body, {"authorization": f"Basic {SECRET}"}),
        Delivery(body, {"x-webhook-token": f"{SECRET}x"}),
        Delivery(body, {}, "secret=%FF"),
    ):
        assert isinstance(verify(connector, delivery), Unverified)


@pytest.mark.parametrize("connector", ["calendly", "typeform", "zoom"])
def test_vendors_that_always_sign_cannot_be_replaced_by_a_token(connector: str) -> None:
    bearer = Delivery(BODY[connector], {"authorization": f"Bearer {SECRET}"}, f"secret={SECRET}")
    assert isinstance(verify(connector, bearer), Unverified)


def test_no_secret_is_printed_with_a_connection_or_a_delivery() -> None:
    printed = f"{connection('zoom', verify_token=SECRET)} {signed('generic', b'')} {Delivery(b'', {}, SECRET)}"
    assert SECRET not in printed


def test_every_connector_has_a_proof_or_a_test_of_its_own() -> None:
    assert set(READERS) - set(SIGNERS) == {"google-ads", "salesforce-web-to-lead"}
