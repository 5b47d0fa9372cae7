"""The proof of each vendor's deliveries, written a second time from what the vendors publish."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from services.lead_intake.connectors.delivery import Delivery

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "a-secret-of-the-vendor"
PUBLIC_URL = "https://intake.example.com/intake/v1/webhooks/c1"
Headers = dict[str, str]
Signer = Callable[[bytes, int, str], Headers]
"""A function from body, seconds since 1970 and secret to the headers of a delivery."""


def sha256_of(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode("ascii"), message, hashlib.sha256).digest()


def hubspot(body: bytes, seconds: int, secret: str) -> Headers:
    stamp = str(seconds * 1000)
    signature = sha256_of(secret, b"POST" + PUBLIC_URL.encode() + body + stamp.encode())
    return {"x-hubspot-signature-v3": b64encode(signature).decode(), "x-hubspot-request-timestamp": stamp}


def mailchimp(body: bytes, seconds: int, secret: str) -> Headers:
    return {"x-mailchimp-signature": stamped(body, seconds, secret)}


def calendly(body: bytes, seconds: int, secret: str) -> Headers:
    return {"calendly-webhook-signature": stamped(body, seconds, secret)}


def stamped(body: bytes, seconds: int, secret: str) -> str:
    signature = sha256_of(secret, str(seconds).encode() + b"." + body)
    return f"t={seconds},v1={signature.hex()}"


def typeform(body: bytes, seconds: int, secret: str) -> Headers:
    return {"typeform-signature": "sha256=" + b64encode(sha256_of(secret, body)).decode()}


def zoom(body: bytes, seconds: int, secret: str) -> Headers:
    signature = sha256_of(secret, b"v0:" + str(seconds).encode() + b":" + body)
    return {"x-zm-request-timestamp": str(seconds), "x-zm-signature": f"v0={signature.hex()}"}


def facebook(body: bytes, seconds: int, secret: str) -> Headers:
    return {"x-hub-signature-256": f"sha256={sha256_of(secret, body).hex()}"}


def segment(body: bytes, seconds: int, secret: str) -> Headers:
    return {"x-signature": hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}


def linkedin(body: bytes, seconds: int, secret: str) -> Headers:
    return {"x-li-signature": sha256_of(secret, b"hmacsha256=" + body).hex()}


def webflow(body: bytes, seconds: int, secret: str) -> Headers:
    stamp = str(seconds * 1000)
    return {
        "x-webflow-timestamp": stamp,
        "x-webflow-signature": sha256_of(secret, stamp.encode() + b":" + body).hex(),
    }


def generic(body: bytes, seconds: int, secret: str) -> Headers:
    return {"authorization": f"Bearer {secret}"}


SIGNERS: Mapping[str, Signer] = {
    "calendly": calendly,
    "facebook": facebook,
    "generic": generic,
    "hubspot": hubspot,
    "linkedin": linkedin,
    "mailchimp": mailchimp,
    "segment": segment,
    "typeform": typeform,
    "webflow": webflow,
    "zoom": zoom,
}
STAMPED = ("calendly", "hubspot", "mailchimp", "webflow", "zoom")
"""Whose signature covers a time stamp."""


def signed(
    connector: str, body: bytes, *, secret: str = SECRET, late: timedelta = timedelta(), now: datetime = NOW
) -> Delivery:
    """`late`: how old the stamp is on arrival."""
    seconds = int((now - late).timestamp())
    return Delivery(body, SIGNERS[connector](body, seconds, secret))
