"""The examples of docs/subscribing.md do what it says."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from confluent_kafka import Consumer
from httpx import MockTransport

from funnelcast.embedded_postgres.server import free_port
from services.pipeline.service import SERVICE as PIPELINE
from shared.run.settings import Settings
from tests.journeys.conftest import kafka_log, on_topics_of_its_own
from tests.kafka import Broker
from tests.running import make_key, served_services, within

GUIDE = (Path(__file__).parents[2] / "docs" / "subscribing.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
DEAL = {"name": "Secret", "account": "acme.example", "owner": "ann", "motion": "new_business"}
Follow = Callable[..., Iterator[dict[str, Any]]]


def example(defines: str) -> dict[str, Any]:
    """The names that the guide's example makes."""
    (code,) = [each for each in EXAMPLES if f"def {defines}" in each]
    names: dict[str, Any] = {}
    exec(compile(code, "docs/subscribing.md", "exec"), names)  # noqa: S102 - the guide is ours
    return names


async def test_the_python_example_hears_each_stage_change_once(database: str) -> None:
    follow: Follow = example("stage_changes")["stage_changes"]
    async with served_services(database, [PIPELINE]) as (api, _):
        for _ in range(3):
            await qualified_deal(api)
        key, url = await make_key(database, ["events:read"]), str(api.base_url)
        heard = await asyncio.to_thread(lambda: list(islice(follow(url, key), 2)))
        rest = await asyncio.to_thread(lambda: list(islice(follow(url, key, heard[-1]["position"]), 1)))
    assert [event["data"]["command"] for event in heard + rest] == ["qualify"] * 3
    assert [event["position"] for event in heard + rest] == [2, 4, 6]


def pauses(names: dict[str, Any]) -> list[float]:
    """The pauses of the example from now on, each the longest that may be; it does not wait."""
    paused: list[float] = []
    names["time"] = SimpleNamespace(sleep=paused.append)
    names["random"] = SimpleNamespace(uniform=lambda shortest, longest: longest + 1000 * shortest)
    return paused


def answered(names: dict[str, Any], answers: Sequence[httpx.Response | httpx.TransportError]) -> list[str]:
    """Whoever asks gets these answers, one after the other. Returns the position that each request began after."""
    asked, coming = list[str](), iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Last-Event-ID"])
        given = next(coming)
        if isinstance(given, httpx.TransportError):
            raise given
        return given

    names["httpx"] = SimpleNamespace(**vars(httpx) | {"stream": httpx.Client(transport=MockTransport(answer)).stream})
    return asked


def stream_of(*positions: int) -> httpx.Response:
    events = (f'data: {{"specversion": "1.0", "position": {position}}}\n\n' for position in positions)
    return httpx.Response(200, text=": connected\n\n" + "".join(events))


async def test_the_python_example_pauses_longer_and_longer_until_it_is_served() -> None:
    names = example("stage_changes")
    paused, follow = pauses(names), names["stage_changes"]
    away = [httpx.ConnectError("refused")] * 7
    busy = [
        httpx.Response(503, headers={"Retry-After": "40"}),
        httpx.Response(502, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    ]
    asked = answered(names, [stream_of(3), *away, *busy, stream_of(4, 5), stream_of(6)])
    assert [event["position"] for event in islice(follow("http://test", "key"), 4)] == [3, 4, 5, 6]
    assert asked == ["0", *["3"] * 10, "5"]
    assert paused == [1, 2, 4, 8, 16, 30, 30, 30, 70, 30, 1]


@pytest.mark.parametrize("status", [401, 403, 409])
async def test_the_python_example_ends_when_no_pause_would_help(status: int) -> None:
    names = example("stage_changes")
    paused, follow = pauses(names), names["stage_changes"]
    answered(names, [httpx.Response(status)])
    with pytest.raises(httpx.HTTPStatusError, match=str(status)):
        next(follow("http://test", "key"))
    assert paused == []


async def test_the_python_example_goes_on_after_a_restart(database: str) -> None:
    follow: Follow = example("stage_changes")["stage_changes"]
    port = free_port()
    async with served_services(database, [PIPELINE], settings=Settings(connections=4, port=port)) as (api, _):
        key, url = await make_key(database, ["events:read"]), str(api.base_url)
        events = follow(url, key)
        await qualified_deal(api)
        first = await asyncio.to_thread(next, events)
        waiting = asyncio.ensure_future(asyncio.to_thread(next, events))
    async with served_services(database, [PIPELINE], settings=Settings(connections=4, port=port)) as (api, _):
        await qualified_deal(api)
        second = await within(60, waiting)
    assert [first["position"], second["position"]] == [2, 4]


async def qualified_deal(api: httpx.AsyncClient) -> None:
    deal = (await api.post("/pipeline/v1/opportunities", json=DEAL)).json()["opportunity_id"]
    assert (await api.post(f"/pipeline/v1/opportunities/{deal}/qualify")).status_code == 200


@pytest.mark.kafka
async def test_a_kafka_client_finds_what_the_guide_says(database: str, kafka: Broker) -> None:
    services = on_topics_of_its_own((PIPELINE,))
    async with kafka_log(kafka) as log, served_services(database, services, log=log) as (api, _):
        deal = (await api.post("/pipeline/v1/opportunities", json=DEAL)).json()["opportunity_id"]
        record = await asyncio.to_thread(first_record, kafka.address, services[0].topic)
    headers = {name: value.decode() for name, value in record.headers()}
    assert (headers["ce_type"], headers["ce_subject"]) == ("opportunity.opened", deal)
    assert (headers["ce_position"], headers["ce_actor"]) == ("1", "tester")
    assert b"Secret" not in record.value()


def first_record(address: str, topic: str) -> Any:
    """The first record, read with the guide's client and settings."""
    settings = {"bootstrap.servers": address, "group.id": "dialler", "auto.offset.reset": "earliest"}
    assert all(f'"{name}"' in GUIDE for name in settings)
    consumer = Consumer(settings)
    consumer.subscribe([topic])
    try:
        for _ in range(30):
            record = consumer.poll(1.0)
            if record is not None and record.error() is None:
                return record
    finally:
        consumer.close()
    raise AssertionError("no record came")
