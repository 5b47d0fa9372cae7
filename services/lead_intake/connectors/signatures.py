"""Proofs that a delivery is the vendor's. Comparisons take constant time, and bytes are signed as received."""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from services.lead_intake.connectors.delivery import Connection, Delivery, Reply, Unverified, Verification, Verified
from services.lead_intake.connectors.values import EPOCH

MAX_AGE = timedelta(seconds=300)
"""The longest time that a time stamp may lie before or after our clock."""
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""A challenge has none of the characters that every signed message of a vendor begins with: else whoever may ask for
the answer to a challenge of their choice could have any delivery signed."""
STAMP = re.compile(r"[0-9]{1,13}")
Proof = Callable[[str], str]
"""A function from a secret to what its owner would have sent."""


def hex_hmac(secret: str, message: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), message, algorithm).hexdigest()


def base64_hmac(secret: str, message: bytes) -> str:
    return b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def all_of(*checks: Verification) -> Verification:
    """The first refusal, if any."""
    return next((check for check in checks if isinstance(check, Unverified)), Verified())


def signed(given: Iterable[str | None], secrets: Iterable[str], proof: Proof) -> Verification:
    """Verified when one of the secrets makes one of the proofs given. Blank proofs and secrets count as missing."""
    proofs = [text.encode(errors="surrogatepass") for text in given if text]
    usable = [secret for secret in secrets if secret]
    if not proofs:
        return Unverified("the signature is missing")
    if not usable:
        return Unverified("the connection has no secret")
    matches = [hmac.compare_digest(proof(secret).encode(), one) for secret in usable for one in proofs]
    return Verified() if any(matches) else Unverified("the signature is wrong")


def one_signed(
    given: str, messages: Iterable[bytes], connection: Connection, proof: Callable[..., str]
) -> Verification:
    """Verified when one of the messages is what was signed."""
    checks = [signed([given], connection.secrets, partial(proof, message=message)) for message in messages]
    return next((check for check in checks if isinstance(check, Verified)), checks[0])


def fresh(stamp: str | None, now: datetime, unit: timedelta) -> Verification:
    """`stamp`: units since 1970, in decimal digits."""
    if not stamp:
        return Unverified("the time stamp is missing")
    if not STAMP.fullmatch(stamp):
        return Unverified("the time stamp is not a number")
    if abs(int(stamp) * unit - (now - EPOCH)) > MAX_AGE:
        return Unverified("the time stamp is too old or in the future")
    return Verified()


def stamped(header: str | None, delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """`t=<seconds>,v1=<hex>`: the stamp, a dot and the body are signed. There may be several `v1`."""
    pairs = [part.strip().partition("=") for part in (header or "").split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    if not header or len(stamps) != 1:
        return Unverified("the signature is missing or has not one time stamp")
    message = f"{stamps[0]}.".encode(errors="surrogatepass") + delivery.body
    proofs = [value for name, _, value in pairs if name == "v1"]
    return all_of(
        fresh(stamps[0], now, SECOND),
        signed(proofs, connection.secrets, lambda secret: hex_hmac(secret, message)),
    )


def has_token(delivery: Delivery, connection: Connection) -> Verification:
    """Checks a delivery that nobody signs: the secret itself comes as a bearer token, in the header `X-Webhook-Token`,
    or as `secret` in the query, where the settings of most tools have a place for it."""
    scheme, _, credentials = delivery.headers.get("authorization", "").partition(" ")
    bearer = credentials.strip() if scheme.lower() == "bearer" else None
    given = (bearer, delivery.headers.get("x-webhook-token"), delivery.query.get("secret"))
    return signed(given, connection.secrets, lambda secret: secret)


def challenge_reply(challenge: str, connection: Connection, names: tuple[str, str]) -> Reply:
    """Proves to a vendor that the address is ours. `names`: of the challenge and of its signature in the answer."""
    if not CHALLENGE.fullmatch(challenge):
        return Reply(400, "text/plain", b"not a challenge")
    signature = hex_hmac(connection.secrets[0], challenge.encode())
    return Reply(200, "application/json", json.dumps(dict(zip(names, (challenge, signature), strict=True))).encode())
