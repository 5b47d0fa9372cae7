"""Captures as NDJSON: a line in, a line out."""

import json
from typing import Any

import httpx

from services.lead_intake.service import SERVICE
from tests.lead_intake.captures import JANE, WEBINAR
from tests.running import Clock, running_services

NDJSON = {"Content-Type": "application/x-ndjson"}


async def sent(api: httpx.AsyncClient, *lines: dict[str, Any] | bytes) -> list[dict[str, Any]]:
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    answer = await api.post("leads/batch", content=body, headers=NDJSON)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def named(n: int, **changes: Any) -> dict[str, Any]:
    return JANE | {"person": {"email": f"p{n}@acme.com"}, "external_id": f"crm:{n}"} | changes


async def test_a_batch_sent_twice_adds_nothing(api: httpx.AsyncClient, clock: Clock) -> None:
    dated = JANE | {"occurred_at": clock.now().isoformat()}
    lines = [named(1), named(2), named(3, person={"email": "p1@acme.com"}), dated]
    *first, done = await sent(api, *lines)
    clock.pass_by(hours=2)
    *second, _ = await sent(api, *lines)
    assert done == {"done": True, "lines": 4, "failed": 0}
    assert [line["created"] for line in first] == [True, True, False, True]
    assert [line["created"] for line in second] == [False] * 4
    for name in ("lead_id", "person_id", "capture_id"):
        assert [line[name] for line in second] == [line[name] for line in first]
    assert max(line["position"] for line in second) == 4


async def test_a_bad_line_harms_no_other(api: httpx.AsyncClient) -> None:
    *lines, done = await sent(
        api,
        named(1),
        b'{"source":',
        JANE,
        named(2, person={}),
        named(1, **WEBINAR),
        named(3, occurred_at="2199-01-01T00:00:00Z"),
        named(4),
    )
    assert [line.get("status") for line in lines] == [None, 422, 422, 422, 409, 422, None]
    assert lines[2]["errors"][0]["pointer"] == "/external_id"
    assert lines[3]["errors"][0]["pointer"] == "/person"
    assert done == {"done": True, "lines": 7, "failed": 5}


async def test_an_error_names_its_line_and_the_external_id_as_far_as_it_can_be_read(api: httpx.AsyncClient) -> None:
    lines = await sent(
        api,
        named(1),
        named(2, person={}),
        b'{"external_id": "crm:3"',
        named(1, **WEBINAR),
        b"[]",
        b'{"external_id": 7}',
    )
    errors = [(line["line"], line["external_id"], line["status"]) for line in lines if "status" in line]
    assert errors == [(2, "crm:2", 422), (3, None, 422), (4, "crm:1", 409), (5, None, 422), (6, None, 422)]


async def test_blank_lines_and_a_byte_order_mark_harm_nothing(api: httpx.AsyncClient) -> None:
    first, second = (json.dumps(named(n)).encode() for n in (1, 2))
    content = b"\xef\xbb\xbf" + first + b"\r\n\r\n \t\n" + second + b"\n\n\n"
    answer = await api.post("leads/batch", content=content, headers=NDJSON)
    one, *blank, two, done = [json.loads(line) for line in answer.text.splitlines()]
    assert (one["created"], two["created"]) == (True, True)
    assert blank == [{"line": 2, "blank": True}, {"line": 3, "blank": True}]
    assert done == {"done": True, "lines": 4, "failed": 0}


async def test_the_past_needs_its_scope_line_by_line(database: str, clock: Clock) -> None:
    old = named(1, occurred_at="2019-01-01T00:00:00Z")
    async with running_services(
        database, [SERVICE], clock_and_ids=clock.clock_and_ids(), scopes=["leads:write"]
    ) as api:
        api.base_url = httpx.URL("http://test/intake/v1/")
        lines = await sent(api, old, named(2))
    assert [line.get("status") for line in lines[:2]] == [403, None]


async def test_a_line_and_a_single_post_are_the_same_capture(api: httpx.AsyncClient) -> None:
    single = await api.post("leads", json=named(1))
    line, _ = await sent(api, named(1))
    assert (line["capture_id"], line["created"]) == (single.json()["capture_id"], False)


async def test_too_many_lines_are_refused_as_a_whole(api: httpx.AsyncClient) -> None:
    answer = await api.post("leads/batch", content=b"{}\n" * 10_001, headers=NDJSON)
    assert answer.status_code == 413
    keyed = await api.post("leads/batch", content=b"{}", headers=NDJSON | {"Idempotency-Key": "k"})
    assert keyed.status_code == 422
