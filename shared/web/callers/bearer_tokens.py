"""Signed tokens (JWT) of an identity provider, in place of API keys. A claim names the scopes, and another one the org
node to which the caller is tied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
import structlog
from jwt.exceptions import InvalidTokenError, PyJWTError

from shared.rules.fields import has_address
from shared.web.callers.access import Caller, Scope
from shared.web.callers.issuer_keys import IssuerKeys
from shared.web.requests.conditions import NODE

log = structlog.get_logger()
LARGEST_TOKEN = 8 * 1024
LONGEST_NAME = 200
LEEWAY = timedelta(seconds=30)
"""The time by which the issuer's clock may differ."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REQUIRED = ("exp", "iss", "aud", "sub")
MALFORMED = (PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""The library lets pass what the parser of JSON raises for deep nesting, and for claims of another type."""


@dataclass(frozen=True)
class TokenRules:
    """The claims that a token must have. `node_claim`, `scopes_claim`: names of claims."""

    issuer: str
    audience: str
    node_claim: str
    scopes_claim: str


@dataclass(frozen=True)
class BearerTokens:
    """Finds callers by their tokens. No token is logged or stored."""

    rules: TokenRules
    keys: IssuerKeys

    async def caller(self, token: str) -> Caller | None:
        """The caller; None for a token that is not valid. Raises `Busy` when the issuer's keys cannot be read."""
        try:
            return caller_of(await self.verify(token), self.rules)
        except MALFORMED as error:
            log.info("token_refused", reason=type(error).__name__)
            return None

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The claims. Raises one of `MALFORMED`."""
        if len(token) > LARGEST_TOKEN:
            raise InvalidTokenError("too long")
        kid = jwt.get_unverified_header(token).get("kid")
        key = await self.keys.find(kid) if kid is not None else None
        if key is None:
            raise InvalidTokenError("signed by an unknown key")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self.rules.issuer,
            audience=self.rules.audience,
            leeway=LEEWAY,
            options={"require": list(REQUIRED), "enforce_minimum_key_length": True},
        )
        return claims


def caller_of(claims: Mapping[str, Any], rules: TokenRules) -> Caller:
    """Raises one of `MALFORMED`."""
    name = name_of(claims["sub"])
    return Caller(
        name,
        lineage_of(rules.issuer, name),
        scopes_of(claims.get(rules.scopes_claim, "")),
        node=node_of(claims[rules.node_claim]) if rules.node_claim in claims else None,
        expires_at=EPOCH + timedelta(seconds=int(claims["exp"])) + LEEWAY,
    )


def lineage_of(issuer: str, subject: str) -> UUID:
    """An id that all tokens of one subject have in common: limits and idempotency keys are counted by it."""
    return UUID(bytes=sha256(f"{issuer}\n{subject}".encode()).digest()[:16], version=4)


def name_of(subject: str) -> str:
    """Events name their caller for ever: a subject that is an address is refused."""
    if not subject.strip() or not subject.isprintable() or len(subject) > LONGEST_NAME or has_address(subject):
        raise InvalidTokenError("the subject cannot be a name")
    return subject


def scopes_of(claim: Any) -> frozenset[Scope]:
    """The scopes in a claim, which is a list, or a text with spaces (RFC 8693)."""
    scopes = claim.split() if isinstance(claim, str) else claim
    if not isinstance(scopes, list) or not all(isinstance(each, str) for each in scopes):
        raise InvalidTokenError("the scopes are neither a text nor a list of texts")
    return frozenset(scopes)


def node_of(claim: Any) -> str:
    """A claim that cannot be read is refused: without a node, the caller would see everything."""
    if not isinstance(claim, str) or not NODE.fullmatch(claim):
        raise InvalidTokenError("the node is not the id of an org node")
    return claim
