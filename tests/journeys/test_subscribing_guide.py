"""What docs/subscribing.md tells readers to run does what it says."""

import asyncio
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer

from services.pipeline.service import SERVICE as PIPELINE
from tests.journeys.conftest import kafka_log, on_topics_of_its_own
from tests.kafka import Broker
from tests.running import make_key, served_services

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
            opened = await api.post("/pipeline/v1/opportunities", json=DEAL)
            deal = opened.json()["opportunity_id"]
            assert (await api.post(f"/pipeline/v1/opportunities/{deal}/qualify")).status_code == 200
        key, url = await make_key(database, ["events:read"]), str(api.base_url)
        heard = await asyncio.to_thread(lambda: list(islice(follow(url, key), 2)))
        rest = await asyncio.to_thread(lambda: list(islice(follow(url, key, heard[-1]["position"]), 1)))
    assert [event["data"]["command"] for event in heard + rest] == ["qualify"] * 3
    assert [event["position"] for event in heard + rest] == [2, 4, 6]


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
    """By the guide's client and settings."""
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
