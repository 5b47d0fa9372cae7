"""Earlier findings of the fuzz, each by its name, so that they are found at once when they come back."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.fuzz.routes import GOOD, LEAD, MODEL
from tests.fuzz.target import JSON, target

DEAL = GOOD["POST /pipeline/v1/opportunities"].body
Also = dict[str, str]
KEY = {"Idempotency-Key": "k"}
LEADS, DEALS, MODELS = "/intake/v1/leads", "/pipeline/v1/opportunities", "/qualification/v1/models"
QUEUE = "/qualification/v1/queue?after="
IMPORT = "/forecast/v1/org/import"


@dataclass(frozen=True)
class Finding:
    """`pointer`: what the 422 must point at."""

    name: str
    method: str
    path: str
    status: int
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=lambda: {**JSON})
    pointer: str | None = None
    holds: Callable[[httpx.Response], bool] = lambda answer: True


def post(name: str, path: str, body: Any, status: int = 422, pointer: str = "", also: Also | None = None) -> Finding:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Finding(name, "POST", path, status, content, JSON | (also or {}), pointer if status == 422 else None)


def get(name: str, path: str, status: int = 422, pointer: str | None = None, also: Also | None = None) -> Finding:
    return Finding(name, "GET", path, status, None, also or {}, pointer)


def cursor(*key: Any) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def twice(body: dict[str, Any], first: bytes) -> bytes:
    return b'{"source": ' + first + b", " + json.dumps(body).encode()[1:]


FINDINGS = [
    post("500: NaN, then the field again, with a key", LEADS, twice(LEAD, b"NaN"), also=KEY),
    post("500: NaN, then the field again, with a key, the long way", DEALS, twice(DEAL, b"NaN"), also=KEY),
    post("500: half a character, then the field again", LEADS, twice(LEAD, b'"\\ud800"'), also=KEY),
    post("500: a field whose name is half a character", DEALS, b'{"\\ud800": 1}'),
    post("500: UTF-16 with a key", DEALS, json.dumps(DEAL).encode("utf-16"), also=KEY),
    post("500: a byte order mark with a key", DEALS, b"\xef\xbb\xbf" + json.dumps(DEAL).encode(), also=KEY),
    post("500: no JSON with a key, where no body is read", f"{MODELS}/1/activate", b"{", also=KEY),
    get("500: a cursor with NUL", f"{DEALS}?after={cursor(chr(0))}", pointer="query/after"),
    get("500: a cursor beyond bigint", f"{LEADS}?after={cursor(10**30)}", pointer="query/after"),
    get("500: a cursor of 1e999", f"{LEADS}?after={urlsafe_b64encode(b'[1e999]').decode()}", pointer="query/after"),
    get("500: a cursor without a zone", QUEUE + cursor(0, "A", "2026-01-01T00:00:00", "a"), pointer="query/after"),
    get("500: a cursor in year 0", QUEUE + cursor(0, "A", "0001-01-01T00:00:00+14:00", "a"), pointer="query/after"),
    get("500: a cursor beyond int", QUEUE + cursor(2**40, "A", "2026-01-01T00:00:00Z", "a"), pointer="query/after"),
    post("taken: a number for an instant", LEADS, LEAD | {"occurred_at": 1700000000}, pointer="/occurred_at"),
    post("taken: the text of a number for an instant", LEADS, LEAD | {"occurred_at": "0"}, pointer="/occurred_at"),
    post("taken: a number for a day", DEALS, DEAL | {"close_date": 0}, pointer="/close_date"),
    get("taken: the text of a number for a day", f"{DEALS}?closing_from=0", pointer="query/closing_from"),
    post("taken: a text for a flag", DEALS, DEAL | {"amount_estimated": "yes"}, pointer="/amount_estimated"),
    post("taken: a text for a count", MODELS, MODEL | {"caps": {"hands": "7"}}, pointer="/caps/hands"),
    post("taken: true for a count", MODELS, MODEL | {"caps": {"hands": True}}, pointer="/caps/hands"),
    post("refused: 7.0 for 7", MODELS, MODEL | {"caps": {"hands": 7.0}}, 201),
    post(
        "taken: a key of other than ASCII", DEALS, DEAL, pointer="header/Idempotency-Key", also={"Idempotency-Key": "é"}
    ),
    post("422: compressed", DEALS, DEAL, 415, also={"Content-Encoding": "gzip"}),
    post("500: a length of 5,000 digits", DEALS, DEAL, 413, also={"Content-Length": "9" * 5000}),
    post("points at no field: a body that is no JSON", DEALS, b"{", pointer=""),
    post("points at nothing: a deep body", DEALS, b"[" * 100_000, pointer=""),
    get("points at a field: a bad query", f"{DEALS}?limit=x", pointer="query/limit"),
    Finding(
        "points at nothing: an open quote",
        "POST",
        IMPORT,
        422,
        b'id,name,kind,parent\n"a',
        {"Content-Type": "text/csv"},
        "/2",
    ),
    Finding(
        "points at nothing: no UTF-8",
        "POST",
        IMPORT,
        422,
        b"id,name,kind,parent\n\xff",
        {"Content-Type": "text/csv"},
        "/2",
    ),
    get("ignored: X-Min-Position of the feed", "/pipeline/v1/events", 503, also={"X-Min-Position": "pipeline:999"}),
    Finding(
        "tells one method", "OPTIONS", DEALS, 405, holds=lambda answer: answer.headers["Allow"] == "GET, HEAD, POST"
    ),
    Finding(
        "tells one method",
        "PATCH",
        "/pipeline/v1/stages",
        405,
        holds=lambda answer: answer.headers["Allow"] == "GET, HEAD, PUT",
    ),
    Finding(
        "a batch without X-Correlation-Id and Cache-Control",
        "POST",
        f"{DEALS}/batch",
        200,
        b"{}\n",
        {"Content-Type": "application/x-ndjson"},
        holds=lambda answer: answer.headers["Cache-Control"] == "no-store" and "X-Correlation-Id" in answer.headers,
    ),
]


@pytest.mark.timeout(120)
async def test_earlier_findings_do_not_come_back(database: str) -> None:
    async with target(database) as under:
        back = [one.name for one in FINDINGS if not fine(one, await sent(under.api, one))]
        person = (await under.api.post(LEADS, json=LEAD)).json()["person_id"]
        before = await under.look()
        refused = await under.api.get(f"/intake/v1/people/{person}", headers={"X-Min-Position": "nonsense"})
        assert (refused.status_code, await under.look()) == (422, before), "a look that was refused was recorded"
        first = await under.api.post(DEALS, json=DEAL | {"external_id": "crm:7"}, headers=KEY)
        reused = await under.api.post(DEALS, json=DEAL | {"external_id": "crm:8"}, headers=KEY)
        assert first.status_code == 201
        assert reused.json()["errors"][0]["pointer"] == "header/Idempotency-Key"
    print(f"{len(FINDINGS) + 2} findings, {len(back)} back: {back}")
    assert back == []


async def sent(api: httpx.AsyncClient, one: Finding) -> httpx.Response:
    headers = [(name.encode(), value.encode()) for name, value in one.headers.items()]
    return await api.request(one.method, one.path, content=one.body, headers=headers)


def fine(one: Finding, answer: httpx.Response) -> bool:
    pointed = [error["pointer"] for error in answer.json().get("errors", ())] if answer.status_code == 422 else []
    points = one.pointer is None or one.pointer in pointed
    held = answer.status_code == one.status and points and one.holds(answer)
    if not held:
        print(f"{one.name}: {answer.status_code} {answer.text[:300]}")
    return held
