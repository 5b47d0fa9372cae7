"""The stream of events over a real port: resumable, without gaps or repetitions, ended by an event."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.pipeline.service import SERVICE
from shared.run.process import Server
from shared.store import event_store
from tests.running import served_services, within

Served = tuple[httpx.AsyncClient, Server]
STREAM = "/pipeline/v1/events/stream"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}


@pytest_asyncio.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with served_services(database, [SERVICE]) as running:
        yield running


async def open_deals(api: httpx.AsyncClient, count: int) -> None:
    for _ in range(count):
        assert (await api.post("/pipeline/v1/opportunities", json=DEAL)).status_code == 201


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Each as {"id", "event", "data"}; comments are passed over."""
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


async def listened(api: httpx.AsyncClient, count: int, **headers: str) -> list[dict[str, Any]]:
    async with api.stream("GET", STREAM, headers=headers) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        found = []
        async for event in events(answer):
            found.append(event)
            if len(found) == count:
                break
        return found


async def test_a_stream_sends_past_events_and_then_new_ones(served: Served) -> None:
    api, _ = served
    await open_deals(api, 2)
    listening = asyncio.ensure_future(listened(api, 4))
    await open_deals(api, 2)
    found = await within(10, listening)
    assert [event["id"] for event in found] == ["1", "2", "3", "4"]
    assert {event["event"] for event in found} == {"opportunity.opened"}
    assert json.loads(found[3]["data"])["position"] == 4


async def test_a_stream_resumes_after_the_last_event_id(served: Served) -> None:
    api, _ = served
    await open_deals(api, 5)
    received: list[str] = []
    while len(received) < 5:
        last = {"Last-Event-ID": received[-1]} if received else {}
        received += [event["id"] for event in await within(10, listened(api, min(2, 5 - len(received)), **last))]
    assert received == ["1", "2", "3", "4", "5"]


async def test_the_last_event_id_takes_precedence_over_after_also_at_the_beginning(served: Served) -> None:
    api, _ = served
    await open_deals(api, 2)
    async with api.stream("GET", STREAM, params={"after": 1}, headers={"Last-Event-ID": "0"}) as answer:
        assert (await within(10, anext(events(answer))))["id"] == "1"


async def test_a_position_after_the_last_event_is_a_conflict_and_not_an_empty_feed(served: Served) -> None:
    api, _ = served
    await open_deals(api, 2)
    assert (await api.get("/pipeline/v1/events", params={"after": 2})).json()["items"] == []
    for path, params, headers in (
        ("/pipeline/v1/events", {"after": 3}, {}),
        (STREAM, {"after": 3}, {}),
        (STREAM, {}, {"Last-Event-ID": "3"}),
    ):
        answer = await api.get(path, params=params, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (409, "position_after_head"), path
        assert "ends at 2" in answer.json()["detail"]


async def test_more_events_than_a_page_are_sent_without_a_gap(served: Served) -> None:
    api, _ = served
    lines = "\n".join(
        json.dumps({"external_id": f"crm:{n}", "facts": [{"command": "open", **DEAL}]}) for n in range(450)
    )
    batch = {"Content-Type": "application/x-ndjson"}
    assert (await api.post("/pipeline/v1/opportunities/batch", content=lines, headers=batch)).status_code == 200
    found = await within(20, listened(api, 450))
    assert [int(event["id"]) for event in found] == list(range(1, 451))


async def test_a_stopping_service_ends_its_streams_by_an_event(served: Served) -> None:
    api, server = served
    await open_deals(api, 1)
    async with api.stream("GET", STREAM) as answer:
        event = events(answer)
        assert (await anext(event))["id"] == "1"
        server.stop()
        assert (await within(5, anext(event)))["event"] == "stopping"


async def test_a_last_event_id_that_is_no_position_is_refused(served: Served, subtests: pytest.Subtests) -> None:
    for forged in ["x", "-1", "1" * 30, "٣"]:
        with subtests.test(forged=forged):
            api, _ = served
            answer = await api.get(STREAM, headers={b"Last-Event-ID": forged.encode()})
            assert answer.status_code == 422


async def test_events_are_filtered_by_type_and_unknown_types_refused(served: Served) -> None:
    api, _ = served
    await open_deals(api, 2)
    none = await api.get("/pipeline/v1/events", params={"types": "opportunity.assigned"})
    assert (none.json()["items"], none.json()["next"]) == ([], 2)
    for types in ("opportunity.*", "*", "benchmark.*, opportunity.opened"):
        found = (await api.get("/pipeline/v1/events", params={"types": types})).json()
        assert [event["position"] for event in found["items"]] == [1, 2], types
    others = await api.get("/pipeline/v1/events", params={"types": "benchmark.*"})
    assert (others.json()["items"], others.json()["next"]) == ([], 2)
    for unknown in ("opportunity.sold", "deal.*", "opp*", "opportunity.", "", "opportunity.opened,"):
        assert (await api.get("/pipeline/v1/events", params={"types": unknown})).status_code == 422, unknown


async def test_a_page_ends_after_a_stretch_in_which_few_events_pass_the_filter(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `next` leads on; the events of one subject are found at once."""
    monkeypatch.setattr(event_store, "LONGEST_SCAN", 3)
    api, _ = served
    await open_deals(api, 8)
    last = (await api.get("/pipeline/v1/events", params={"after": 7})).json()["items"][0]["subject"]
    assert (await api.post(f"/pipeline/v1/opportunities/{last}/assign", json={"owner": "bob"})).status_code == 200
    after, pages = 0, []
    while after < 9:
        page = (await api.get("/pipeline/v1/events", params={"after": after, "owner": "bob"})).json()
        after = page["next"]
        pages.append((after, [event["position"] for event in page["items"]]))
    assert pages == [(3, []), (6, []), (9, [9])]
    of_subject = (await api.get("/pipeline/v1/events", params={"subject": last})).json()
    assert ([event["position"] for event in of_subject["items"]], of_subject["next"]) == ([8, 9], 9)
    async with api.stream("GET", STREAM, params={"types": "opportunity.assigned"}) as answer:
        assert (await within(10, anext(events(answer))))["id"] == "9"


async def test_a_page_has_the_events_of_a_subject_an_owner_or_since_an_instant(served: Served) -> None:
    api, _ = served
    await open_deals(api, 2)
    everything = (await api.get("/pipeline/v1/events")).json()["items"]
    first, second = (event["subject"] for event in everything)
    answer = await api.post(f"/pipeline/v1/opportunities/{first}/assign", json={"owner": "bob"})
    assert answer.status_code == 200, answer.text

    async def positions(**query: str) -> list[int]:
        page = await api.get("/pipeline/v1/events", params=query)
        assert page.status_code == 200, page.text
        assert page.json()["next"] == page.json()["head"] == 3
        return [event["position"] for event in page.json()["items"]]

    assert await positions(subject=first) == [1, 3]
    assert await positions(subject=second, types="opportunity.opened") == [2]
    assert await positions(subject="nobody") == []
    assert await positions(owner="ann") == [1, 2]
    assert await positions(owner="bob", after="1") == [3]
    assert await positions(at=everything[1]["recordedtime"]) == [2, 3]
    assert await positions(at="1999-01-01T00:00:00Z", after="2") == [3]
    assert await positions(at="2199-01-01T00:00:00Z") == []
    assert (await api.get("/pipeline/v1/events", params={"at": "yesterday"})).status_code == 422
