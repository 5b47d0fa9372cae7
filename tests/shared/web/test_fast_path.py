"""The fast path gives the answers of the ordinary one, and accepts nothing that it refuses."""

from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from services.lead_intake.service import SERVICE
from shared.run.application import fast_routes_of
from shared.run.process import route_by_prefix
from shared.web.routing.fast_path import FastRoute
from shared.web.routing.guard import CLIENT_CLOSED_REQUEST
from tests.running import make_key, migrated, running_apps, running_services

LEAD: dict[str, Any] = {"source": "other", "person": {"email": "ada@direct.example"}}
DEMO = LEAD | {"source": "demo_request", "details": {"seats": 3, "budget": {"amount": "10.50", "currency": "EUR"}}}
BODIES: dict[str, bytes] = {
    "a lead": orjson.dumps(LEAD),
    "with details": orjson.dumps(DEMO),
    "amount as a number": orjson.dumps(DEMO | {"details": {"budget": {"amount": 10.5, "currency": "EUR"}}}),
    "amount with a long tail": b'{"source":"demo_request","person":{"email":"a@b.example"},'
    b'"details":{"budget":{"amount":10.100000000000000001,"currency":"EUR"}}}',
    "seats as text": orjson.dumps(DEMO | {"details": {"seats": "3"}}),
    "seats with a fraction": orjson.dumps(DEMO | {"details": {"seats": 3.0}}),
    "a number for a name": orjson.dumps(LEAD | {"person": {"email": "a@b.example", "first_name": 7}}),
    "seconds for an instant": orjson.dumps(LEAD | {"occurred_at": 1_700_000_000}),
    "an instant without a zone": orjson.dumps(LEAD | {"occurred_at": "2026-03-01T10:00:00"}),
    "consent": orjson.dumps(LEAD | {"consent": {"status": "granted", "purpose": "news"}}),
    "unknown field": orjson.dumps(LEAD | {"colour": "red"}),
    "a field twice": b'{"source":"other","source":"webinar","person":{"email":"a@b.example"}}',
    "two values": b'{"source":"other","person":{"email":"a@b.example"}} {}',
    "not a number": b'{"source":"other","person":{"email":"a@b.example"},"company":{"employees":NaN}}',
    "lone surrogate": b'{"source":"other","person":{"email":"a@b.example","first_name":"\\ud800"}}',
    "NUL": b'{"source":"other","person":{"email":"a@b.example","first_name":"\\u0000"}}',
    "not UTF-8": b'{"source":"other","person":{"email":"a@b.example","first_name":"\xff"}}',
    "with a byte order mark": b"\xef\xbb\xbf" + orjson.dumps(LEAD),
    "deep": b'{"source":"other","person":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "no object": b"[]",
    "half": b'{"source":',
    "empty": b"",
}


def shape(answer: httpx.Response) -> Any:
    """All that is not new with each request."""
    body = answer.json()
    content = sorted(body) if answer.is_success else body
    return answer.status_code, sorted(set(answer.headers) - {"retry-after"}), answer.headers["content-type"], content


async def answers(url: str, fast_routes: list[str]) -> dict[str, Any]:
    """The answers of a service that serves these paths on the fast path."""
    async with running_services(url, [replace(SERVICE, fast_routes=fast_routes)]) as client:
        headers = {"Content-Type": "application/json"}
        return {
            name: shape(await client.post("/intake/v1/leads", content=body, headers=headers))
            for name, body in BODIES.items()
        }


async def test_both_paths_give_the_same_answers(database: str, empty_database: str) -> None:
    short = await answers(database, ["/leads"])
    await migrated(empty_database)
    ordinary = await answers(empty_database, [])
    assert short == ordinary
    assert {status for status, *_ in short.values()} >= {200, 201, 422}


def test_a_fast_path_is_one_route_with_an_input_and_a_call() -> None:
    (route,) = fast_routes_of(SERVICE)
    assert FastRoute.to(route).needs.scope == "leads:write"


async def test_the_fast_path_refuses_a_key_without_the_scope(database: str) -> None:
    async with running_services(database, [SERVICE], scopes=["leads:read"]) as client:
        assert (await client.post("/intake/v1/leads", json=LEAD)).status_code == 403


async def test_a_post_with_a_query_takes_the_ordinary_path(database: str) -> None:
    async with running_services(database, [SERVICE]) as client:
        answer = await client.post("/intake/v1/leads?source=webinar", json=LEAD)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/source")


@pytest.mark.usefixtures("debug_log")
async def test_a_client_that_disconnects_while_sending_its_body_is_no_error(database: str) -> None:
    authorization = f"Bearer {await make_key(database)}"
    headers = {"host": "test", "authorization": authorization, "content-type": "application/json"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/intake/v1/leads",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    messages: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise OSError("the client has gone")

    async with running_apps(database, [SERVICE]) as apps:
        with capture_logs() as lines:
            await route_by_prefix(apps)(scope, receive, send)
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["status"] == CLIENT_CLOSED_REQUEST
