"""Query parameters, ids in paths, headers: nonsense in each, on every route."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from funnelcast.serving.services import SERVICES
from services.lead_intake.api import leads
from shared.web.requests import conditions
from shared.web.routing import needs
from tests.fuzz.effort import EFFORT
from tests.fuzz.routes import GOOD, Good, routes
from tests.fuzz.target import CONVERTED, JSON, Target, target

pytestmark = pytest.mark.timeout(180)
PART = 4 if EFFORT == 1 else 1
"""The share of the short run: every route gets a part of the values, and every value some routes."""
EVERY = dict(routes("GET", "POST", "PUT", "DELETE", "PATCH"))
STREAM = "/events/stream"
TEXTS = (
    *("", "%20", "%00", "a%00b", "%0d%0aSet-Cookie:%20a", "%ff", "%c3%28", "%ed%a0%80", "%f0%9f%a6%8a", "%e2%80%ae"),
    *("-1", "0", "1.5", "1e9", "9" * 30, "9" * 5000, "0x10", "1_000", "%d9%a1", "%2b1", "NaN", "Infinity", "-Infinity"),
    *(
        "true",
        "null",
        "[]",
        "{}",
        "__proto__",
        "..%2f..%2fetc%2fpasswd",
        "%27%3b%20DROP%20TABLE%20events--",
        "%25",
        "*",
    ),
    *("0000-01-01", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00%2b14:00", "9999-12-31T23:59:59-14:00", "9999-12-31"),
    *(
        "2026-02-31",
        "2026-02-20T12:00:00",
        "1700000000",
        "2016-12-31T23:59:60Z",
        "0000",
        "2017-Q5",
        "9999-Q1",
        "2017-P00",
    ),
    *("a" * 101, "a" * 2000, "crm:a", "crm:a@b.com", "CRM:1", ":", "=1%2b1"),
)
KEYS: tuple[Any, ...] = (
    *([], [1], [1.5], [True], [None], [[]], {}, "a", 1, None, [2**63], [-(2**63) - 1], [10**30], [1e308], ["a", "b"]),
    *(["\x00"], ["a\x00"], ["\u202e"], ["x" * 300], ["-" * 300, 1], [0, 0, 0, 0], ["", "", "", ""]),
    *([0, "A", "2026-01-01T00:00:00", "a"], [0, "A", "2026-01-01T00:00:00Z", "\x00"], [2**40, "A", "2026-01-01", "a"]),
    *([0, "A", "0001-01-01T00:00:00+14:00", "a"], [0, "A", "9999-12-31T23:59:59-14:00", "a"], [0, "\x00", 1, "a"]),
    *(["0001-01-01", "a"], ["9999-12-31", "\x00"], ["0000-00-00", "a"], ["2026-01-01T00:00:00", "a"], [20260101, "a"]),
)
CURSORS = (
    *(urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=") for key in KEYS),
    *(
        "=",
        "====",
        "a",
        "_" * 499,
        "%00",
        "W10",
        urlsafe_b64encode(b"[1e999]").decode(),
        urlsafe_b64encode(b"\xff").decode(),
    ),
    urlsafe_b64encode(b"[" * 300).decode(),
)
"""`after` of lists: what an old or a clever client may send."""
HEADERS: Mapping[str, Sequence[bytes]] = {
    "X-Min-Position": (
        *(
            b"",
            b"pipeline",
            b":",
            b"pipeline:",
            b"pipeline:-1",
            b"pipeline:1.5",
            b"x:1",
            b"pipeline:1,,",
            b"a:1," * 500,
        ),
        *(
            b"pipeline:" + b"9" * 18,
            b"pipeline:" + b"9" * 19,
            b"intake:\xb2",
            b"pipeline:1\x00",
            b"intake:1;forecast:2",
        ),
        *(b"intake:999,qualification:999,pipeline:999,forecast:999", b"\xff\xfe", b"x" * 60_000),
    ),
    "Prefer": (
        b"",
        b"wait",
        b"wait=",
        b"wait=-1",
        b"wait=" + b"9" * 40,
        b"wait=1e9",
        b"respond-async, wait=0",
        b"\xff\x00",
    ),
    "If-Match": (
        *(
            b"",
            b"7",
            b'"7',
            b'W/"7"',
            b'"-1"',
            b'""',
            b'"' + b"9" * 10 + b'"',
            b'"\xb2"',
            b'"1", "2"',
            b'"1"\x00',
            b"*, *",
        ),
        b'"' + b"9" * 9 + b'"',
    ),
    "Idempotency-Key": (
        b"",
        b"\x00",
        b"a\x00b",
        b"a\tb",
        b"k" * 256,
        b"k" * 60_000,
        b"\xe9",
        "🦊".encode(),
        b" ",
        b"\x7f",
    ),
    "Authorization": (
        *(
            b"",
            b"Bearer",
            b"Bearer ",
            b"Bearer  ",
            b"Basic YTpi",
            b"bearer \x00",
            b"Bearer \xe9",
            b"Bearer " + b"x" * 60_000,
        ),
        *(b"Bearer fc_a fc_b", b"Bearer null", b"Token fc", b"Bearer ' OR 1=1 --", b"\xff"),
    ),
    "X-Correlation-Id": (
        b"",
        b"\x00",
        b"\xff\xfe",
        b"x" * 60_000,
        b"{",
        b"00000000-0000-0000-0000-000000000000",
        b"a\nb",
    ),
    "Content-Type": (
        *(
            b"application/json; charset=utf-16",
            b"application/json;;;",
            b"APPLICATION/JSON",
            b"application/vnd.a+json",
            b";",
        ),
        *(
            b"text/plain",
            b"\xff",
            b"application/json\x00",
            b"application/" + b"x" * 60_000,
            b"multipart/form-data",
            b"*/*",
        ),
    ),
    "Content-Length": (b"0", b"1", b"-1", b"abc", b"9" * 17, b"9" * 5000, b"\xb2", b"1, 2", b"0x10"),
    "Content-Encoding": (b"gzip", b"br", b"identity", b"\xff", b"gzip, identity"),
    "Last-Event-ID": (b"", b"x", b"-1", b"9" * 18, b"9" * 19, b"\xb2", b"1\x00"),
    "On-Behalf-Of": (b"", b"ann", b"\xff"),
    "Accept": (b"", b"text/html", b"\xff", b"application/json;q=" + b"9" * 400),
    "X-Forwarded-For": (b"", b"127.0.0.1", b"\xff", b"a," * 5000),
    "Host": (b"", b"evil.example", b"\xff", b"a" * 5000),
}


def of(service: str, *methods: str) -> Iterator[tuple[str, APIRoute]]:
    for place, route in EVERY.items():
        method, path = place.split(" ")
        if path.split("/")[1] == service and method in methods and not path.endswith(STREAM):
            yield place, route


def check_trouble(under: Target) -> None:
    print(*under.trouble, sep="\n")
    print(f"sent {under.sent}: refused {under.refused}, taken {under.taken}, in trouble {len(under.trouble)}")
    assert under.sent > 100
    assert len(under.trouble) == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_nonsense_in_queries_and_paths_is_refused_with_its_name(database: str, service: str) -> None:
    async with target(database) as under:
        await queries(under, service)
        for place, route in of(service, "GET", "DELETE", "POST", "PUT"):
            for parameter in route.dependant.path_params:
                for value in filter(None, TEXTS[len(place) % PART :: PART]):
                    path = place.split(" ")[1].replace(f"{{{parameter.alias}}}", value)
                    for other, text in CONVERTED.items():
                        path = path.replace(f"{{{other}}}", text)
                    await asked(under, place, path, f"path/{parameter.alias}")
    check_trouble(under)


async def queries(under: Target, service: str) -> None:
    for place, route in of(service, "GET", "DELETE"):
        path = await made(under, place)
        for parameter in route.dependant.query_params:
            for value in (*TEXTS[len(path) % PART :: PART], *(CURSORS if parameter.alias == "after" else ())):
                await asked(under, place, f"{path}?{parameter.alias}={value}", f"query/{parameter.alias}")
        for name in ("unknown", "%00", "%ff", "a" * 1000, "limit%00"):
            answer = await asked(under, place, f"{path}?{name}=1", "query/")
            if answer.is_success:
                under.trouble.append(f"{place}?{name[:20]}: taken")


@pytest.mark.harness
async def test_a_parameter_without_effect_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two planted bugs: unknown parameters are passed over, and a cursor's content is believed."""

    def whatever(request: Request) -> None:
        return None

    def unchecked(cursor: str | None, *types: Any) -> Any:
        return cursor and json.loads(urlsafe_b64decode(cursor + "=="))

    monkeypatch.setattr(needs, "refuse_unknown_parameters", whatever)
    monkeypatch.setattr(leads, "decode_cursor", unchecked)
    async with target(database) as under:
        await queries(under, "intake")
    print(f"{len(under.trouble)} in trouble, such as {under.trouble[0][:120]} and {under.trouble[-1][:120]}")
    assert any("unknown: taken" in trouble for trouble in under.trouble)
    assert any("?after=" in trouble and ": 500 " in trouble for trouble in under.trouble)


async def made(under: Target, place: str) -> str:
    """The path, with ids of what is there."""
    path = await under.place(place, Good(None))
    if "{person_id}" in path:
        lead = (await under.api.get(f"/intake/v1/leads/{await under.lead()}")).json()
        path = path.replace("{person_id}", lead["person_id"])
        await under.look()
    return path


async def asked(under: Target, place: str, path: str, pointer: str) -> httpx.Response:
    method = place.split(" ", maxsplit=1)[0]
    answer = await under.send(f"{method} {path[:200]}", method, path, **body_of(place))
    if answer.status_code == 422:
        pointed = [error["pointer"] for error in answer.json().get("errors", ())]
        if not any(each.startswith(pointer) for each in pointed):
            under.trouble.append(f"{method} {path[:200]}: points at {pointed}")
    return answer


def body_of(place: str) -> dict[str, Any]:
    good = GOOD.get(place, Good(None))
    if good.lines:
        body = good.body if isinstance(good.body, str) else json.dumps(good.body)
        return {"content": body, "headers": {"Content-Type": good.lines}}
    return {"content": json.dumps(good.body), "headers": JSON} if good.body is not None else {}


async def headers(under: Target, service: str) -> None:
    every = [(name, value) for name, values in HEADERS.items() for value in values]
    for number, (place, _) in enumerate(of(service, "GET", "DELETE", "POST", "PUT")):
        path, method = await made(under, place), place.split(" ", maxsplit=1)[0]
        for name, value in every[number % PART :: PART]:
            request = body_of(place)
            given = {key.encode(): each.encode() for key, each in request.pop("headers", {}).items()}
            sent = [(key, each) for key, each in given.items() if key.lower() != name.lower().encode()]
            what = f"{place} {name}: {value[:40]!r}"
            await under.send(what, method, path, **request, headers=[*sent, (name.encode(), value)])
        await goes_on(under, place, path)


@pytest.mark.parametrize("service", SERVICES)
async def test_nonsense_in_headers_is_refused_or_without_effect(database: str, service: str) -> None:
    async with target(database) as under:
        await headers(under, service)
    check_trouble(under)


@pytest.mark.harness
async def test_a_header_that_is_believed_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: whatever stands in If-Match is read as a number."""

    def if_versions(sent: Headers) -> frozenset[int] | None:
        return frozenset({int(sent["if-match"].strip('"'))}) if "if-match" in sent else None

    monkeypatch.setattr(conditions, "if_versions", if_versions)
    async with target(database) as under:
        await headers(under, "intake")
    print(f"{len(under.trouble)} in trouble, such as {under.trouble[0][:120]}")
    assert any("If-Match" in trouble and ": 500 " in trouble for trouble in under.trouble)


async def goes_on(under: Target, place: str, path: str) -> None:
    """Checks that the service goes on, and remembers nothing of the request."""
    answer = await under.api.request(place.split(" ", maxsplit=1)[0], path, **body_of(place))
    for _ in range(3):
        if answer.status_code == 503:  # a machine that is busy otherwise; Retry-After says so
            answer = await under.api.request(place.split(" ", maxsplit=1)[0], path, **body_of(place))
    if answer.status_code in (400, 401, 403, 415) or answer.status_code >= 500:
        under.trouble.append(f"{place}, good: {answer.status_code} {answer.text[:200]}")
