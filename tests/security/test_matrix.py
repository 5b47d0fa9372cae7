"""Every route of every service × every scope × every state of a key: nobody gets in who must not. The routes are those
of the running apps, so that a new one cannot be forgotten."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from funnelcast.serving.services import SCOPES, SERVED, SERVICES
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.process import route_by_prefix
from shared.run.service import Service
from shared.web.callers import access
from shared.web.callers.access import Caller, Scope
from shared.web.callers.place import PlaceRule
from shared.web.routing import needs
from shared.web.routing.needs import Needs
from tests.fuzz.routes import GOOD
from tests.running import connected, running_apps
from tests.security.inventory import (
    ANY_KEY,
    EVENTS,
    OPEN,
    Entry,
    entrances_of,
    inventory,
    is_at_entrance,
    status,
    undeclared,
)

TWO_SCOPES = ["POST /pipeline/v1/opportunities/{opportunity_id}/correct"]
"""The routes that need another scope besides, which they check when they have read the body."""
MEASURES = {
    "GET /intake/v1/metrics/captures",
    "GET /qualification/v1/metrics/sdr",
    "GET /qualification/v1/metrics/speed-to-lead",
    *(
        f"GET /pipeline/v1/metrics/{name}"
        for name in ("cost-per-sql", "farming", "funnel", "pipeline", "velocity", "win-rate")
    ),
}
"""The routes that a key with `metrics:read` alone may call, beside `me`. To add one is a decision."""
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
LEAST_ROUTES = 60
Headers = dict[str, str]


@dataclass
class Seen:
    """The violations: callers who got in, or were refused in another way than is documented."""

    requests: int = 0
    wrong: list[str] = field(default_factory=list)

    def expect(self, entry: Entry, state: str, got: int, allowed: bool) -> None:
        self.requests += 1
        if not allowed:
            self.wrong.append(f"{entry}: {state}: {got}")

    @property
    def let_in(self) -> list[str]:
        return [each for each in self.wrong if each[-3] == "2"]


@dataclass(frozen=True)
class Keys:
    """`alone`: for each scope a key that has no other. `valid` and `invalid`: with all scopes, by state."""

    alone: Mapping[str, str]
    valid: Mapping[str, str]
    invalid: Mapping[str, str]
    tied: str

    @classmethod
    async def made(cls, database: str) -> "Keys":
        async with connected(database) as engine, engine.begin() as tx:
            now = ClockAndIds().now()
            alone: dict[str, str] = {scope: await key(tx, [scope]) for scope in SCOPES}
            rotated, put_aside = await key(tx), await key(tx)
            new = await access.rotate(tx, await id_of(tx, rotated), ClockAndIds().new_id())
            newer = await access.rotate(tx, await id_of(tx, put_aside), ClockAndIds().new_id())
            revoked = await key(tx)
            for old in (revoked, put_aside):
                assert await access.revoke(tx, await id_of(tx, old))
            valid = {"all": await key(tx), "rotated, old": rotated, "rotated, new": new, "after its revocation": newer}
            invalid = {
                "garbage": f"fc_{'x' * 43}",
                "a hash": access.hash_secret(rotated),
                "an id": str(await id_of(tx, rotated)),
                "revoked": revoked,
                "rotated away": put_aside,
                "expired": await key(tx, expires_at=now - timedelta(seconds=1)),
                "longer": f"{rotated}x",
                "shorter": rotated[:-1],
                "other case": rotated.swapcase(),
            }
            assert all(valid.values())
            tied = await key(tx, node="north")
        return cls(alone, {name: each or "" for name, each in valid.items()}, invalid, tied)


async def key(tx: AsyncConnection, scopes: list[Scope] | None = None, **more: Any) -> str:
    return await access.create(tx, ClockAndIds().new_id(), "tester", SCOPES if scopes is None else scopes, **more)


async def id_of(tx: AsyncConnection, secret: str) -> UUID:
    query = select(access.keys.c.key_id).where(access.keys.c.hash == access.hash_secret(secret))
    found: UUID = (await tx.execute(query)).scalar_one()
    return found


def bearer(secret: str, **more: str) -> Headers:
    return {"Authorization": f"Bearer {secret}", **more}


def strangers(keys: Keys) -> Iterator[tuple[str, Headers]]:
    """The callers who must get 401."""
    good = keys.valid["all"]
    yield "no key", {}
    yield "an empty one", {"Authorization": ""}
    yield "no scheme", {"Authorization": good}
    yield "another scheme", {"Authorization": f"Basic {good}"}
    yield "a scheme alone", {"Authorization": "Bearer"}
    yield "another header", {"X-Api-Key": good, "Cookie": f"Authorization={good}"}
    for state, secret in keys.invalid.items():
        yield state, bearer(secret)


async def walked(apps: Mapping[str, FastAPI], keys: Keys) -> Seen:
    """Knocks everywhere as everybody."""
    app, seen = route_by_prefix(apps), Seen()
    for entry in inventory(apps):
        if entry.is_open:
            continue
        if entry.at_entrance:
            for state, headers in [*strangers(keys), *((state, bearer(key)) for state, key in keys.valid.items())]:
                got = await status(app, entry.method, entry.url, headers)
                seen.expect(entry, state, got, got in (401, 403, 404, 415))
            continue
        for state, headers in strangers(keys):
            got = await status(app, entry.method, entry.url, headers)
            seen.expect(entry, state, got, got == 401)
        got = await status(app, entry.method, f"{entry.url}?key={keys.valid['all']}")
        seen.expect(entry, "in the query", got, got == 401)
        for state, headers in (
            ("tied to a node", bearer(keys.tied)),
            ("on behalf of", bearer(keys.valid["all"], **{"On-Behalf-Of": "north"})),
            ("act_as alone, on behalf of", bearer(keys.alone["act_as"], **{"On-Behalf-Of": "north"})),
        ):
            got = await status(app, entry.method, entry.url, headers)
            seen.expect(entry, state, got, got == 403 if entry.place is PlaceRule.REFUSED else got not in (401, 500))
        for scope, secret in keys.alone.items():
            got = await status(app, entry.method, entry.url, bearer(secret))
            seen.expect(entry, scope, got, got in (403, 422) if str(entry) in TWO_SCOPES else fits(entry, scope, got))
        for state, secret in keys.valid.items():
            got = await status(app, entry.method, entry.url, bearer(secret))
            seen.expect(entry, state, got, got not in (401, 403, 500))
    return seen


def fits(entry: Entry, scope: str, got: int) -> bool:
    return got not in (401, 403, 500) if entry.accepts(scope) else got == 403


@asynccontextmanager
async def running(database: str, *services: Service) -> AsyncIterator[Mapping[str, FastAPI]]:
    async with running_apps(database, services or list(SERVED.values()), work=False) as apps:
        yield apps


# -- the matrix ------------------------------------------------------------------------------------------------------


async def test_nobody_gets_in_who_must_not(database: str) -> None:
    keys = await Keys.made(database)
    async with running(database) as apps:
        routes = [entry for entry in inventory(apps) if not entry.is_open]
        seen = await walked(apps, keys)
    print(f"{len(routes)} routes, {seen.requests} requests: {len(seen.let_in)} unexpected 2xx, {len(seen.wrong)} wrong")
    assert len(routes) >= LEAST_ROUTES
    assert seen.requests >= len(routes) * (len(SCOPES) + 20)
    assert seen.let_in == []
    assert seen.wrong == []


async def test_a_good_body_opens_nothing(database: str) -> None:
    """What is taken of those who may send it: there may be a shorter way for it than for an empty one."""
    keys = await Keys.made(database)
    seen, taken = Seen(), 0
    async with running(database) as apps:
        app = route_by_prefix(apps)
        for entry in [entry for entry in inventory(apps) if str(entry) in GOOD]:
            good = GOOD[str(entry)]
            body = good.body.encode() if isinstance(good.body, str) else json.dumps(good.body).encode()
            body = b"" if good.body is None else body
            kind = {"Content-Type": good.lines or "application/json"}
            for state, headers in strangers(keys):
                got = await status(app, entry.method, entry.url, headers | kind, body)
                seen.expect(entry, state, got, got == 401)
            for scope, secret in keys.alone.items():
                if not entry.accepts(scope):
                    got = await status(app, entry.method, entry.url, bearer(secret, **kind), body)
                    seen.expect(entry, scope, got, got == 403)
            if entry.place is PlaceRule.REFUSED:
                tied = await status(app, entry.method, entry.url, bearer(keys.tied, **kind), body)
                seen.expect(entry, "tied to a node", tied, tied == 403)
            got = await status(app, entry.method, entry.url, bearer(keys.valid["all"], **kind), body)
            seen.expect(entry, "all", got, got not in (401, 403, 413, 415, 422))
            taken += got in (200, 201)
    print(f"{seen.requests} requests with good bodies: {len(seen.let_in)} unexpected 2xx; {taken} taken of who may")
    assert seen.wrong == []
    assert taken >= 7


@pytest.mark.parametrize(("query", "body"), [("", b"{"), ("", b""), ("?unknown=1&limit=x", b"{}"), ("", b'{"a": NaN}')])
async def test_who_lacks_the_scope_learns_nothing_about_the_input(database: str, query: str, body: bytes) -> None:
    keys, wrong = await Keys.made(database), list[str]()
    async with running(database) as apps:
        app = route_by_prefix(apps)
        for entry in [entry for entry in inventory(apps) if not (entry.is_open or entry.at_entrance)]:
            if entry.needs == ANY_KEY:
                continue
            lacks = next(secret for scope, secret in keys.alone.items() if not entry.accepts(scope))
            got = await status(app, entry.method, entry.url + query, bearer(lacks), body)
            if got != 403:
                wrong.append(f"{entry}: {got}")
    assert wrong == []


async def test_every_route_says_what_it_needs(database: str) -> None:
    async with running(database) as apps:
        found = inventory(apps)
    assert undeclared(found) == []
    assert {entry.path for entry in found if entry.is_open} == {
        f"/{name}/{path}" for name, service in SERVED.items() for path in OPEN if service.public or path not in EVENTS
    }
    assert all(entry.method in ("GET", "HEAD") for entry in found if entry.is_open)


async def test_what_changes_something_needs_a_scope_to_change_and_what_reads_one_to_read(database: str) -> None:
    async with running(database) as apps:
        found = [entry for entry in inventory(apps) if entry.needs is not None and not entry.at_entrance]
    assert all(entry.only_reads for entry in found if entry.needs == ANY_KEY)
    found = [entry for entry in found if entry.needs != ANY_KEY]
    for entry in found:
        for scope in entry.needs or ():
            reads = scope == "admin" or scope.endswith(":read")
            writes = scope == "admin" or not scope.endswith(":read")
            assert reads if entry.only_reads else writes, entry
    by_path = {str(entry): " or ".join(entry.needs or ()) for entry in found}
    settled = [each for each in by_path if "/parked" in each or ("PUT /forecast" in each and "/overrides" not in each)]
    assert {by_path[each] for each in settled} == {"admin"}
    people = {scope for each, scope in by_path.items() if each.endswith("/people/{person_id}")}
    assert people == {"people:read", "people:erase"}
    assert {scope for each, scope in by_path.items() if "/events" in each} == {"events:read"}
    assert {each for each, scope in by_path.items() if "metrics:read" in scope} == MEASURES
    assert {scope for scope in by_path.values() if " or " in scope} == {
        "admin or leads:read",
        "admin or leads:write",
        "leads:read or metrics:read",
        "pipeline:read or metrics:read",
    }


async def test_no_other_method_does_anything(database: str) -> None:
    keys = await Keys.made(database)
    async with running(database) as apps:
        app = route_by_prefix(apps)
        found = inventory(apps)
        served = {(entry.method, entry.url) for entry in found}
        entrances = {prefix: each for one in apps.values() for prefix, each in entrances_of(one).items()}
        for url, entry in {entry.url: entry for entry in found}.items():
            for method in ALL_METHODS:
                if ({"HEAD": "GET"}.get(method, method), url) not in served:
                    stranger, known = [
                        await status(app, method, url, headers) for headers in ({}, bearer(keys.valid["all"]))
                    ]
                    if is_at_entrance(method, url, entrances):  # which reads what it is sent before a route is found
                        assert {stranger, known} <= {404, 405, 415}, (method, url)
                        continue
                    assert stranger == (405 if entry.is_open else 401), (method, url)
                    assert known in (404, 405), (method, url)


# -- it can fail -----------------------------------------------------------------------------------------------------

PLANTED = APIRouter()


@PLANTED.get("/planted")
async def planted() -> str:
    return "whoever has any key may read this"


@pytest.mark.harness
async def test_a_planted_route_without_a_need_is_found(database: str) -> None:
    forgetful = replace(SERVICES["pipeline"], routers=[*SERVICES["pipeline"].routers, PLANTED])
    keys = await Keys.made(database)
    async with running(database, forgetful) as apps:
        assert [str(entry) for entry in undeclared(inventory(apps))] == ["GET /pipeline/v1/planted"]
        seen = await walked(apps, keys)
    assert {each.partition(":")[0] for each in seen.let_in} == {"GET /pipeline/v1/planted"}
    assert len(seen.let_in) == len(SCOPES) + 3  # and keys that are tied, or act for a node


@pytest.mark.harness
async def test_a_mounted_app_is_found(database: str) -> None:
    async with running(database, SERVICES["pipeline"]) as apps:
        apps["pipeline"].router.routes.append(Mount("/pipeline/v2", app=PlainTextResponse("hello")))
        with pytest.raises(TypeError, match="cannot be told"):
            inventory(apps)


@pytest.mark.harness
async def test_a_planted_guard_that_asks_for_no_scope_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "require_scope", lambda caller, *scopes: None)
    keys = await Keys.made(database)
    async with running(database, SERVICES["pipeline"]) as apps:
        seen = await walked(apps, keys)
    assert len(seen.let_in) > len(SCOPES)


@pytest.mark.harness
@pytest.mark.parametrize(
    ("state", "what"),
    [("expired", "at"), ("tied to a node", "node")],
)
async def test_a_planted_guard_that_forgets_a_state_is_found(
    database: str, monkeypatch: pytest.MonkeyPatch, state: str, what: str
) -> None:
    if what == "at":
        monkeypatch.setattr(access, "unless_expired", lambda now, caller: caller)
    else:
        authorise = Needs.authorise

        def forgetful(needs: Needs, caller: Caller, has_organisation: bool = True) -> Caller:
            return authorise(needs, replace(caller, node=None), has_organisation)

        monkeypatch.setattr(Needs, "authorise", forgetful)
    keys = await Keys.made(database)
    async with running(database, SERVICES["pipeline"]) as apps:
        seen = await walked(apps, keys)
    assert {each.split(": ")[1] for each in seen.let_in} == {state}
