"""A topic that lost its records: nothing newer is published, readers stop, and after `republish` all goes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped] # noqa: TID251 - breaks it from outside

from funnelcast.administration.republish import refill, restart_readers
from funnelcast.failure import message_of
from funnelcast.serving.services import SERVICES
from shared.flow.lease import lease_engine
from shared.flow.log import Log
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import engines
from tests.funnelcast.command import Up, done, run, up
from tests.journeys.conftest import kafka_log, on_topics_of_its_own
from tests.kafka import Broker, OurBroker
from tests.running import embedded_log, eventually, running_services

pytestmark = pytest.mark.thorough


def lead(number: int) -> dict[str, Any]:
    return {"source": "demo_request", "person": {"email": f"person{number}@republish.example"}}


async def capture(api: httpx.AsyncClient, numbers: range) -> str:
    """The last position."""
    position = ""
    for number in numbers:
        answer = await api.post("/intake/v1/leads", json=lead(number))
        assert answer.status_code == 201, answer.text
        position = answer.headers["X-Position"]
    return position


async def known(api: httpx.AsyncClient) -> int:
    page = (await api.get("/qualification/v1/leads", params={"limit": 1000})).json()["items"]
    return len(page)


async def reds(api: httpx.AsyncClient, service: str) -> str:
    return (await api.get(f"/{service}/readyz")).text


@dataclass
class Ground:
    """Two services on a log, and a way to make that log forget what the first of them published."""

    url: str
    log: Log
    intake: Service
    qualification: Service

    async def lose(self) -> None:
        await self.log.empty_topic(self.intake.topic, 12)

    async def republish(self) -> int:
        leases, store = lease_engine(self.url), engines.writer(self.url, "intake", connections=2)
        try:
            reached = await refill(leases, store, self.log, Settings(), self.intake)
            await restart_readers(leases, self.intake)
            return reached
        finally:
            await leases.dispose()
            await store.dispose()


@pytest_asyncio.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def ground(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Ground]:
    intake, qualification = on_topics_of_its_own((SERVICES["intake"], SERVICES["qualification"]))
    where = embedded_log(database) if request.param == "embedded" else kafka_log(request.getfixturevalue("kafka"))
    async with where as log:
        yield Ground(database, log, intake, qualification)


@asynccontextmanager
async def both(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(ground.url, [ground.intake, ground.qualification], log=ground.log) as api:
        yield api


@pytest.mark.timeout(120)
async def test_a_reader_that_met_the_hole_goes_on_after_republishing(ground: Ground) -> None:
    async with both(ground) as api:
        await capture(api, range(3))
        await eventually(lambda: is_known(api, 3))
    async with running_services(ground.url, [ground.intake], log=ground.log) as api:
        position = await capture(api, range(3, 8))
        await eventually(lambda: is_promised(ground, position))
    await ground.lose()
    async with both(ground) as api:
        await eventually(lambda: says(api, "qualification", "has no event at position"))
        await capture(api, range(8, 10))
        assert await known(api) == 3
        assert sum((await ends_of(ground)).values()) == 0
        assert await ground.republish() == 10
        await eventually(lambda: is_known(api, 10))
        await eventually(lambda: is_ready(api))
        await capture(api, range(10, 12))
        await eventually(lambda: is_known(api, 12))


async def is_known(api: httpx.AsyncClient, count: int) -> bool:
    assert await known(api) <= count
    return await known(api) == count


async def is_promised(ground: Ground, position: str) -> bool:
    watermark = await ground.log.watermark("intake")
    return watermark is not None and f"intake:{watermark.position}" == position


async def says(api: httpx.AsyncClient, service: str, text: str) -> bool:
    return text in await reds(api, service)


async def is_ready(api: httpx.AsyncClient) -> bool:
    return (await api.get("/qualification/readyz")).status_code == 200


@pytest.mark.timeout(120)
async def test_a_store_from_a_backup_publishes_nothing_into_a_log_that_went_on(ground: Ground) -> None:
    async with both(ground) as api:
        await capture(api, range(5))
        await eventually(lambda: is_known(api, 5))
    connection = await asyncpg.connect(ground.url.replace("+asyncpg", ""))
    await connection.execute("DELETE FROM intake.events WHERE position > 3; UPDATE intake.published SET position = 3")
    await connection.close()
    ends = await ends_of(ground)
    with pytest.raises(BaseExceptionGroup) as raised:
        async with running_services(ground.url, [ground.intake], log=ground.log) as api:
            await asyncio.Event().wait()
    assert "which is not in the store of intake" in (message_of(raised.value) or "")
    assert await ends_of(ground) == ends
    assert await ground.republish() == 3
    async with running_services(ground.url, [ground.intake], log=ground.log) as api:
        position = await capture(api, range(5, 6))
        await eventually(lambda: is_promised(ground, position))


async def ends_of(ground: Ground) -> dict[int, int]:
    async with ground.log.reader(ground.intake.topic, {}) as reader:
        return dict(await reader.ends())


# -- the command, on a system that runs ------------------------------------------------------------------------------


@pytest.fixture
def broker(kafka: Broker, tmp_path: Path) -> Iterator[OurBroker]:
    """One of its own: its topics are to be deleted."""
    if not kafka.ours:
        pytest.skip("the topics of the Kafka in FUNNELCAST_TEST_KAFKA are not ours to delete")
    (tmp_path / "kafka").mkdir()
    one = OurBroker(tmp_path / "kafka")
    one.start()
    yield one
    one.kill()


def leads_at(system: Up, service: str) -> int:
    with system.client() as http:
        return len(http.get(f"/{service}/v1/leads", params={"limit": 1000}).json()["items"])


async def captured(system: Up, numbers: range) -> None:
    with system.client() as http:
        for number in numbers:
            assert http.post("/intake/v1/leads", json=lead(number)).status_code == 201


async def delete_topic(broker: OurBroker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_kafka_loses_a_topic_under_a_running_system(broker: OurBroker, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data, "--kafka", broker.address) as system:
        said = poured(system)
        await captured(system, range(5))
        await eventually(lambda: are_at(system, 5))
        await delete_topic(broker, SERVICES["intake"].topic)
        await captured(system, range(5, 8))
        await eventually(lambda: is_unverified(data, broker), seconds=40)
        await eventually(lambda: is_lost(said), seconds=40)
        ready = await asyncio.to_thread(httpx.get, f"{system.address}/intake/readyz")
        assert "republish" in ready.json()["details"]["relay"]["why"]
        filled = await asyncio.to_thread(run, "republish", "intake", "--data", data, "--kafka", broker.address)
        assert "holds the 8 events of intake again" in filled.stderr
        await eventually(lambda: are_at(system, 8), seconds=60)
        verified = await asyncio.to_thread(done, "verify", "--data", data, "--kafka", broker.address)
        assert "FAILED" not in verified
        assert not [line for line in said if "Traceback" in line]
        assert len(said) < 500


def poured(system: Up) -> list[str]:
    """The lines of its output from now on."""
    lines: list[str] = []
    assert system.process.stderr is not None
    Thread(target=lines.extend, args=(system.process.stderr,), daemon=True).start()
    return lines


async def are_at(system: Up, count: int) -> bool:
    return await asyncio.to_thread(leads_at, system, "qualification") == count


async def is_lost(said: list[str]) -> bool:
    return any("log_lost" in line for line in said)


async def is_unverified(data: Path, broker: OurBroker) -> bool:
    result = await asyncio.to_thread(run, "verify", "--data", data, "--kafka", broker.address, "--json")
    findings = [one for one in json.loads(result.stdout) if one["findings"]]
    return [(one["service"], one["what"]) for one in findings] == [("intake", "log = store")]


async def test_the_embedded_log_loses_a_topic_under_a_running_system(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        await captured(system, range(5))
        await eventually(lambda: are_at(system, 5))
        said = await asyncio.to_thread(run, "republish", "intake", "--data", tmp_path)
        assert "holds the 5 events of intake again" in said.stderr
        await captured(system, range(5, 8))
        await eventually(lambda: are_at(system, 8), seconds=40)
        assert "FAILED" not in await asyncio.to_thread(done, "verify", "--data", tmp_path)
