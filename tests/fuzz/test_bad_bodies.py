"""Every body of the list, on every route that takes one: a 4xx that says why, or taken right; never more."""

import json
from typing import Any

import pytest

from funnelcast.serving.services import SERVICES
from shared.web.errors import problems
from shared.web.requests import input as request_input
from shared.web.routing import call, fast_path
from tests.fuzz.bad import VALUES, WHOLE, fields, put
from tests.fuzz.document import merged
from tests.fuzz.effort import EFFORT
from tests.fuzz.fits import Fits
from tests.fuzz.routes import GOOD, Good, routes
from tests.fuzz.rules import beyond_the_document
from tests.fuzz.target import JSON, Target, target

pytestmark = pytest.mark.timeout(600)
PART = 3 if EFFORT == 1 else 1
"""The share of the short run: every field gets a third of the values, and every route all of them."""
WRITES = dict(routes("POST", "PUT", "PATCH"))


def test_of_every_route_a_good_body_is_known() -> None:
    assert set(WRITES) == set(GOOD)


@pytest.mark.parametrize("service", SERVICES)
async def test_bodies_that_are_no_body_are_refused_and_harm_nothing(database: str, service: str) -> None:
    async with target(database) as under:
        for route in of(service):
            await whole_bodies(under, route)
    check_trouble(under)


@pytest.mark.parametrize("service", SERVICES)
async def test_nonsense_in_any_field_is_pointed_at_or_fits_the_document(database: str, service: str) -> None:
    async with target(database) as under:
        document = merged({name: (await under.api.get(f"/{name}/openapi.json")).json() for name in SERVICES})
        for route in of(service):
            await values(under, route, Fits.of(document, route))
    check_trouble(under)


@pytest.mark.harness
async def test_the_checks_can_fail(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two planted bugs: the body is read by the framework alone, and a route refuses when it has written already."""
    for module in (call, fast_path, request_input):
        monkeypatch.setattr(module, "parse_json", json.loads)
    async with target(database) as under:
        await whole_bodies(under, "POST /pipeline/v1/opportunities")
        monkeypatch.setattr(call.Call, "set_response_headers", too_late)
        await whole_bodies(under, "POST /intake/v1/leads")
    print(*under.trouble, sep="\n")
    print(f"{len(under.trouble)} in trouble, such as {under.trouble[0][:120]} and {under.trouble[-1][:120]}")
    assert any("UTF-16: 201" in trouble for trouble in under.trouble)
    assert any("NaN, then told again:" in trouble for trouble in under.trouble)
    assert any("refused with 422, and written all the same" in trouble for trouble in under.trouble)


def too_late(*arguments: Any) -> None:
    raise problems.InvalidRequest("planted", errors=[{"pointer": "", "detail": "planted"}])


def of(service: str) -> list[str]:
    return [route for route in GOOD if route.split("/")[1] == service and not GOOD[route].lines]


def check_trouble(under: Target) -> None:
    print(*under.trouble, sep="\n")
    print(f"sent {under.sent}: refused {under.refused}, taken {under.taken}, in trouble {len(under.trouble)}")
    assert len(under.trouble) == 0


async def whole_bodies(under: Target, route: str) -> None:
    good, method = GOOD[route], route.split(" ", maxsplit=1)[0]
    path = await under.place(route, good, done=True)
    field = WRITES[route].body_field
    needed = field is not None and field.field_info.is_required()
    for number, (name, damaged) in enumerate(WHOLE.items()):
        sent = damaged(json.dumps(good.body or {}).encode())
        headers = JSON | key(good, f"k{number}") | dict(sent.headers or {})
        answer = await under.send(f"{route} {name}", method, path, content=sent.body, headers=headers)
        if needed and sent.statuses and answer.status_code not in sent.statuses:
            under.trouble.append(f"{route} {name}: {answer.status_code} {answer.text[:200]}")
    await goes_on(under, route, path if needed else await under.place(route, good, done=True))


def key(good: Good, value: str) -> dict[str, str]:
    return {"Idempotency-Key": value} if good.takes_key else {}


async def goes_on(under: Target, route: str, path: str) -> None:
    """A good request right after works."""
    good, method = GOOD[route], route.split(" ", maxsplit=1)[0]
    request: dict[str, Any] = {"headers": JSON} if good.body is None else {"json": good.body}
    answer = await under.send(f"{route}, good", method, path, **request)
    if answer.status_code not in good.answers:
        under.trouble.append(f"{route}, good: {answer.status_code} {answer.text[:200]}")


async def values(under: Target, route: str, fits: Fits) -> None:
    good, method = GOOD[route], route.split(" ", maxsplit=1)[0]
    path = await under.place(route, good)
    for number, pointer in enumerate(fields(good.body)):
        for name, value in list(VALUES.items())[number % PART :: PART]:
            body = put(good.body, pointer, value)
            what = f"{route} {pointer} = {name}"
            answer = await under.send(what, method, path, content=body, headers=JSON | key(good, what[-250:]))
            if answer.status_code == 422:
                errors = answer.json().get("errors", ())
                if fits.body(body) and not beyond_the_document(answer.json()):
                    under.trouble.append(f"{what}: refused, though the document allows it: {errors}")
                if not any(about(error["pointer"], pointer) for error in errors):
                    under.trouble.append(f"{what}: points elsewhere: {errors}")
            elif answer.is_success and not fits.body(body):
                under.trouble.append(f"{what}: taken, though the document does not allow it")
    await under.place(route, good)


def about(pointed: str, pointer: str) -> bool:
    """Whether the error points at the field, into it, or at what it is part of: some rules are between fields. A text
    that is no JSON has no fields."""
    return pointed.startswith(pointer) or pointer.startswith(pointed)
