"""Between services and their broker nothing passes for a while: connections stay, bytes stand still, and go on later.

Intake accepts all the time; what was sent before the silence may arrive after it, beside what was sent again."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.serving.services import SERVICES
from funnelcast.verifying.log_copy import LogComparison, compare_with_log
from shared.flow import relay
from shared.flow.log.kafka import KafkaLog
from shared.flow.relay import Relay
from shared.run.service import Service
from shared.store import event_store
from tests.crash.faults.proxy import Proxy, before_kafka
from tests.crash.faults.road import SOURCE, cursor_first, road
from tests.journeys.conftest import on_topics_of_its_own
from tests.kafka import Broker
from tests.running import connected, eventually, fresh, running_services

pytestmark = pytest.mark.kafka
SILENT = 6.0
"""Seconds: more than clients wait for an answer."""
CAUGHT_UP = 5.0
"""Seconds after the end of the silence, as promised."""
Services = Sequence[Service]


@dataclass
class Clicks:
    """Leads posted one after the other: the slowest answer, in seconds, and the last one."""

    api: httpx.AsyncClient
    leads: list[str] = field(default_factory=list)
    slowest: float = 0.0
    last: httpx.Response | None = None
    enough: bool = False

    async def go_on(self) -> None:
        clock = asyncio.get_running_loop().time
        while not self.enough:
            started = clock()
            lead = {"source": "demo_request", "person": {"email": f"person{len(self.leads)}@partition.example"}}
            self.last = await self.api.post("/intake/v1/leads", json=lead)
            assert self.last.status_code == 201, self.last.text
            self.leads.append(self.last.json()["lead_id"])
            self.slowest = max(self.slowest, clock() - started)
            await asyncio.sleep(0.02)

    async def more_than(self, number: int) -> bool:
        return len(self.leads) > number

    async def caught_up(self) -> float:
        """Seconds until qualification knows the last one."""
        started = asyncio.get_running_loop().time()
        assert self.last is not None
        answer = await self.api.get(f"/qualification/v1/leads/{self.leads[-1]}", headers=fresh(self.last, wait=20))
        assert answer.status_code == 200, answer.text
        return asyncio.get_running_loop().time() - started


@asynccontextmanager
async def clicking(clicks: Clicks) -> AsyncIterator[None]:
    clicks.enough, before = False, len(clicks.leads)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(clicks.go_on())
        try:
            await eventually(lambda: clicks.more_than(before + 20))
            yield
        finally:
            clicks.enough = True


async def silence(proxy: Proxy, clicks: Clicks, *, losing: bool) -> float:
    """Seconds until all have caught up. `losing`: what stood still is lost; else it arrives, late."""
    proxy.losing = losing
    async with clicking(clicks):
        before = len(clicks.leads)
        proxy.going.clear()
        await asyncio.sleep(SILENT)
        assert await clicks.more_than(before + 20), "intake did not go on"
    proxy.going.set()
    return await clicks.caught_up()


async def in_the_log(log: KafkaLog, topic: str, store: AsyncEngine) -> list[str]:
    """The events of the store that the log lacks, or has in another order."""
    comparison = LogComparison()
    async with store.connect() as tx:
        comparison.add_stored(await event_store.read_after(tx, 0, 100_000))
    await compare_with_log(log, topic, comparison)
    return [*comparison.findings, *comparison.missing_events(comparison.head)]


async def test_intake_accepts_and_all_catch_up_when_the_broker_is_heard_again(database: str, kafka: Broker) -> None:
    services = on_topics_of_its_own((SERVICES["intake"], SERVICES["qualification"]))
    async with before_kafka(kafka.address) as (address, proxy):
        log = KafkaLog(address, watermarks=f"{services[0].topic}.watermarks")
        async with running_services(database, services, log=log) as api:
            clicks = Clicks(api)
            took = [await silence(proxy, clicks, losing=losing) for losing in (False, True)]
            known = {lead["lead_id"] for lead in await pages(api, "/qualification/v1/leads")}
            assert known == set(clicks.leads)
            for service in services:
                async with connected(database, search_path=service.name) as store:
                    assert await in_the_log(log, service.topic, store) == []
        await log.close()
    assert max(took) <= CAUGHT_UP
    print(
        f"the broker not heard for {SILENT} s, twice: {len(clicks.leads)} leads, each taken in {clicks.slowest:.2f} s,"
    )
    print(f"caught up {took[0]:.1f} s and {took[1]:.1f} s after, 0 lost, 0 reordered")


async def pages(api: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get(path, params={"limit": "1000"} | after)).json()
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def test_a_cursor_moved_before_the_acknowledgement_does_lose_events(
    database: str, kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted; and no watermark whose failure would come first."""
    monkeypatch.setattr(Relay, "publish_events", cursor_first)
    monkeypatch.setattr(relay, "WATERMARK_INTERVAL", 60.0)
    chance, topic = random.Random(1), f"{secrets.token_hex(4)}.events"
    async with before_kafka(kafka.address) as (address, proxy):
        log = KafkaLog(address, watermarks=f"{topic}.watermarks")
        async with road(database, log, topic) as way, way.open():
            await way.reaches(await way.write(20, chance))
            await eventually(lambda: log.watermark(SOURCE))
            proxy.going.clear()
            last = await way.write(20, chance)
            await eventually(way.is_in_trouble)
            proxy.losing = True
            proxy.going.set()
            with pytest.raises(AssertionError, match="did not become true"):
                await way.reaches(last, seconds=CAUGHT_UP)
