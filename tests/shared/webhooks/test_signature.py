"""Signatures against the example that Standard Webhooks publishes, an HMAC of the test's own, and the library."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.rules.clock_and_ids import ClockAndIds
from shared.webhooks import signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def test_the_published_example_has_the_published_signature() -> None:
    signed = signature.sign(SECRET, MESSAGE, 1614265330, BODY)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_secret_in_force_signs() -> None:
    secrets = [signature.new_secret(), SECRET]
    headers = signature.headers(secrets, MESSAGE, datetime.fromtimestamp(1614265330, UTC), BODY)
    assert headers["webhook-id"] == MESSAGE
    assert headers["webhook-timestamp"] == "1614265330"
    for secret, signed in zip(secrets, headers["webhook-signature"].split(" "), strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = hmac.new(key, f"{MESSAGE}.1614265330.".encode() + BODY, hashlib.sha256).digest()
        assert signed == f"v1,{base64.b64encode(expected).decode()}"


def test_the_library_of_standard_webhooks_takes_either_signature_and_no_other_body() -> None:
    old, new = signature.new_secret(), signature.new_secret()
    headers = signature.headers([new, old], MESSAGE, ClockAndIds().now(), BODY)
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    for secret, body in ((SECRET, BODY), (new, b"{}")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


def test_a_new_secret_has_256_random_bits() -> None:
    first, second = signature.new_secret(), signature.new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
