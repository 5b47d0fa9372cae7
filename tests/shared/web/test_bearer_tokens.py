"""Tokens of an identity provider: whom they let in, and all that is refused."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError
from structlog.testing import capture_logs

from services.pipeline.service import SERVICE
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings
from shared.web.callers.bearer_tokens import LARGEST_TOKEN, BearerTokens, TokenRules, lineage_of
from shared.web.callers.issuer_keys import IssuerKeys
from tests.running import PATIENT, running_services
from tests.shared.web.issuer import AUDIENCE, ISSUER, PRIVATE, RSA, claims, token, write_keys

ALL = ("RS256", "ES256", "EdDSA")
RULES = TokenRules(ISSUER, AUDIENCE, "node", "scope")
HOUR = timedelta(hours=1)
STRANGER = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def tokens(tmp_path: Path) -> BearerTokens:
    return BearerTokens(RULES, IssuerKeys(str(write_keys(tmp_path, *ALL)), frozenset(ALL)))


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def plain_claims(**changes: Any) -> dict[str, Any]:
    return {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in claims(**changes).items()
    }


def without_signature() -> str:
    return f"{part({'alg': 'none', 'kid': 'rs256'})}.{part(plain_claims())}."


def signed_with_the_public_key() -> str:
    """HS256 whose secret is the public key, which everybody knows."""
    secret = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'kid': 'rs256'})}.{part(plain_claims())}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).rstrip(b"=").decode()
    return f"{signed}.{signature}"


def changed_after_signing() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{part(plain_claims(scope='admin'))}.{signature}"


def nested() -> str:
    head = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 5000).rstrip(b"=").decode()
    return f"{head}.{part({})}.x"


def now() -> datetime:
    return ClockAndIds().now()


def with_null_node() -> str:
    return jwt.encode(claims() | {"node": None}, RSA, "RS256", headers={"kid": "rs256"})


REFUSED: dict[str, Callable[[], str]] = {
    "without a signature": without_signature,
    "HS256 with the public key": signed_with_the_public_key,
    "changed after signing": changed_after_signing,
    "expired": lambda: token(exp=now() - HOUR),
    "not yet valid": lambda: token(nbf=now() + HOUR),
    "issued in the future": lambda: token(iat=now() + HOUR),
    "without an expiry": lambda: token(exp=None),
    "expiry out of range": lambda: token(exp=10**18),
    "another issuer": lambda: token(iss="https://elsewhere.example.com/"),
    "without an issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="payroll"),
    "without an audience": lambda: token(aud=None),
    "unknown key id": lambda: token(headers={"kid": "other"}),
    "without a key id": lambda: token(headers={}),
    "key of somebody else": lambda: token(key=STRANGER),
    "key of another algorithm": lambda: token("ES256", headers={"kid": "rs256"}),
    "its own key in the head": lambda: token(key=STRANGER, headers={"kid": "own", "jku": "https://own.example.com"}),
    "RS512, which is not allowed": lambda: token("RS512", key=RSA, headers={"kid": "rs256"}),
    "extension that must be understood": lambda: token(headers={"kid": "rs256", "crit": ["exp2"], "exp2": 1}),
    "oversized": lambda: token(more="x" * LARGEST_TOKEN),
    "nested": nested,
    "no JSON": lambda: "eyJ.eyJ.x",
    "cut": lambda: token()[:-20],
    "without a subject": lambda: token(sub=None),
    "empty subject": lambda: token(sub=" "),
    "an address as its subject": lambda: token(sub="ann@example.com"),
    "node of another type": lambda: token(node=["north"]),
    "node null": with_null_node,
    "no id of a node": lambda: token(node="North West"),
    "scopes of another type": lambda: token(scope={"admin": True}),
}


@pytest.mark.parametrize("algorithm", ALL)
async def test_a_token_names_its_caller(tokens: BearerTokens, algorithm: str) -> None:
    expires = now().replace(microsecond=0) + HOUR
    caller = await tokens.caller(token(algorithm, exp=expires, node="north"))
    assert caller is not None
    assert (caller.name, caller.node, caller.key_id) == ("ann", "north", None)
    assert caller.scopes == {"openid", "pipeline:read"}
    assert caller.lineage == lineage_of(ISSUER, "ann") != lineage_of(ISSUER, "bob")
    assert caller.expires_at == expires + timedelta(seconds=30)


async def test_scopes_may_be_a_list_and_the_audience_one_of_several(tokens: BearerTokens) -> None:
    caller = await tokens.caller(token(scope=["pipeline:read"], aud=["payroll", AUDIENCE]))
    assert caller is not None
    assert caller.scopes == {"pipeline:read"}
    assert caller.node is None
    nothing = await tokens.caller(token(scope=None))
    assert nothing is not None
    assert nothing.scopes == frozenset()


@pytest.mark.parametrize("kind", REFUSED)
async def test_nothing_else_is_accepted_or_logged(tokens: BearerTokens, kind: str) -> None:
    refused = REFUSED[kind]()
    with capture_logs() as logs:
        assert await tokens.caller(refused) is None
    assert [each["event"] for each in logs] == ["token_refused"]
    assert refused not in str(logs)
    assert "ann" not in str(logs)


async def test_an_algorithm_that_is_not_allowed_is_refused_though_its_key_is_published(tmp_path: Path) -> None:
    keys = IssuerKeys(str(write_keys(tmp_path, *ALL)), frozenset({"ES256"}))
    assert await BearerTokens(RULES, keys).caller(token("RS256")) is None
    assert await BearerTokens(RULES, keys).caller(token("ES256")) is not None


# -- over HTTP -------------------------------------------------------------------------------------------------------


def bearer(secret: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", **more}


def settings(keys: Path, **changes: Any) -> Settings:
    options = {"token_issuer": ISSUER, "token_audience": AUDIENCE, "token_keys": str(keys)}
    return PATIENT.model_copy(update=options | changes)


@pytest_asyncio.fixture
async def api(database: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    chosen = settings(write_keys(tmp_path, *ALL))
    async with running_services(database, [SERVICE], settings=chosen) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield client


async def test_a_token_counts_as_its_scopes_and_its_node_say(api: httpx.AsyncClient) -> None:
    me = (await api.get("me", headers=bearer(token(node="north")))).json()
    assert (me["name"], me["node"], me["key_id"], me["scopes"]) == ("ann", "north", None, ["openid", "pipeline:read"])
    statuses = [
        (await api.get("stages", headers=bearer(token()))).status_code,
        (await api.get("settings", headers=bearer(token(node="north")))).status_code,
        (await api.post("opportunities", json={}, headers=bearer(token()))).status_code,
        (await api.get("me")).status_code,
    ]
    assert statuses == [200, 403, 403, 200], "the last with an API key, as ever"


async def test_an_invalid_token_is_answered_like_an_unknown_key(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for kind in ["without a signature", "HS256 with the public key", "expired", "oversized", "nested"]:
        with subtests.test(kind=kind):
            answers = [await api.get("me", headers=bearer(secret)) for secret in (REFUSED[kind](), "fc_unknown")]
            assert [each.status_code for each in answers] == [401, 401]
            assert answers[0].json() == answers[1].json()
            assert answers[0].headers["WWW-Authenticate"] == "Bearer"


OPPORTUNITY = {"name": "deal", "account": "acme.com", "owner": "ann", "motion": "new_business"}


async def test_an_idempotency_key_belongs_to_the_subject(api: httpx.AsyncClient) -> None:
    async def opened(subject: str) -> httpx.Response:
        headers = bearer(token(sub=subject, scope="pipeline:write"), **{"Idempotency-Key": "same"})
        return await api.post("opportunities", json=OPPORTUNITY, headers=headers)

    first, again, other = await opened("ann"), await opened("ann"), await opened("bob")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201), first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json() != other.json()


async def test_a_webhook_needs_a_key(api: httpx.AsyncClient) -> None:
    body = {"url": "https://example.com/"}
    answer = await api.post("webhooks", json=body, headers=bearer(token(scope="events:read")))
    assert answer.status_code == 403
    assert "API key" in answer.json()["detail"]


@pytest.mark.usefixtures("limits_clock")
async def test_requests_are_limited_by_subject(database: str, tmp_path: Path) -> None:
    """As many requests as are allowed by each of two tokens of one subject."""
    chosen = settings(write_keys(tmp_path, *ALL), requests_per_second=20)
    async with running_services(database, [SERVICE], settings=chosen, work=False) as client:

        async def status(of: str) -> int:
            return (await client.get("/pipeline/v1/me", headers=bearer(of))).status_code

        statuses = await asyncio.gather(*map(status, [token(), token(scope="admin")] * 20))
        other = await status(token(sub="bob"))
    assert (statuses.count(200), statuses.count(429)) == (20, 20)
    assert other == 200


async def test_invalid_tokens_are_limited_by_address(database: str, tmp_path: Path) -> None:
    chosen = settings(write_keys(tmp_path, *ALL), unknown_keys_per_minute=1)
    async with running_services(database, [SERVICE], settings=chosen, work=False) as client:
        refused = bearer(without_signature())
        statuses = [(await client.get("/pipeline/v1/me", headers=refused)).status_code for _ in range(2)]
        valid = await client.get("/pipeline/v1/me", headers=bearer(token()))
    assert statuses == [401, 429]
    assert valid.status_code == 200


async def test_without_an_issuer_no_token_is_accepted(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as client:
        assert (await client.get("/pipeline/v1/me", headers=bearer(token()))).status_code == 401


async def test_while_the_keys_cannot_be_read_the_answer_is_503(database: str, tmp_path: Path) -> None:
    chosen = settings(tmp_path / "missing.json")
    async with running_services(database, [SERVICE], settings=chosen, work=False) as client:
        answer = await client.get("/pipeline/v1/me", headers=bearer(token()))
        assert (await client.get("/pipeline/v1/me")).status_code == 200, "API keys need no issuer"
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


@pytest.mark.parametrize(
    "options",
    [
        {"token_issuer": ISSUER},
        {"token_audience": AUDIENCE, "token_keys": "keys.json"},
        {"token_issuer": ISSUER, "token_audience": AUDIENCE, "token_keys": "http://login.example.com/keys"},
        {"token_algorithms": "HS256"},
        {"token_algorithms": "none"},
    ],
)
def test_settings_that_would_weaken_the_check_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(options)


def test_every_algorithm_has_a_key_here() -> None:
    assert set(PRIVATE) == set(ALL)
