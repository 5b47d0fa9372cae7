"""The whole log is delivered three times: every read model of every service stays, and no reaction happens again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.serving.services import SERVICES
from funnelcast.verifying.read_models import table_digest
from shared.flow import checkpoint
from shared.flow.log import Fetched, Log
from shared.flow.merge import Merge
from shared.run.service import Service
from shared.store import event_store
from tests.crash.faults.by_arrival import ByArrival
from tests.funnelcast.at_work import DEAL, lead_body, send, use_once
from tests.journeys.conftest import on_topics_of_its_own
from tests.running import connected, eventually, running_services

LEADS, DEALS = 20, 20
State = Mapping[str, Any]


@dataclass
class System:
    database: str
    log: Log
    services: Sequence[Service]

    def running(self) -> Any:
        return running_services(self.database, self.services, log=self.log)

    async def state(self) -> State:
        """The hash of each table of each read model; the number of events of each service, and its parked keys."""
        return {name: value for service in self.services for name, value in (await self.state_of(service)).items()}

    async def state_of(self, service: Service) -> State:
        tables = [table for projection in service.projections for table in projection.tables.sorted_tables]
        path = f"{service.name},{service.read_models}"
        async with connected(self.database, search_path=path) as store, store.connect() as tx:
            found = {f"{service.name} {table.name}": await table_digest(tx, table) for table in tables}
            parked = (await tx.execute(text("SELECT count(*) FROM parked"))).scalar_one()
            return found | {f"{service.name} events": await event_store.position(tx), f"{service.name} parked": parked}

    async def is_still(self) -> bool:
        """Everybody has applied all there is."""
        heads = {service.name: (await self.state_of(service))[f"{service.name} events"] for service in self.services}
        for service in self.services:
            async with connected(self.database, search_path=service.name) as store, store.connect() as tx:
                if not await is_done(tx, service, heads):
                    return False
        return True

    async def deliver_again(self, times: int) -> int:
        """The whole of each topic; how many records that is."""
        count = 0
        for service in self.services:
            async with connected(self.database, search_path=service.name) as store, store.connect() as tx:
                events = await event_store.read_after(tx, 0, 100_000)
            async with self.log.publisher(service.topic, service.name) as publisher:
                for _ in range(times):
                    await publisher.publish(events)
            count += times * len(events)
        return count

    async def forget_offsets(self) -> None:
        """Deletes the offsets, so that all topics are read from their beginning."""
        for service in self.services:
            async with connected(self.database, search_path=service.name) as store, store.begin() as tx:
                await tx.execute(text("UPDATE checkpoints SET offsets = '{}'"))

    async def readings(self) -> Counter[str]:
        """The number of records that all consumers of each source read together, when they read them all."""
        followed = Counter(source for service in self.services for _, source in followed_topics(service))
        found = Counter[str]()
        for service in self.services:
            async with self.log.reader(service.topic, {}) as reader:
                found[service.name] = sum((await reader.ends()).values()) * followed[service.name]
        return found


def followed_topics(service: Service) -> Collection[tuple[str, str]]:
    """Subscription and source."""
    return [
        (subscription, one.source)
        for one in service.upstream
        for subscription, sources in (
            (service.read_models, service.projected_sources),
            ("reactions", service.reacts_to),
        )
        if one.source in sources
    ]


async def is_done(tx: AsyncConnection, service: Service, heads: Mapping[str, int]) -> bool:
    follows = [*followed_topics(service), (service.read_models, service.name)]
    reached = {name: await checkpoint.positions(tx, name) for name in service.subscriptions}
    return all(reached[subscription].get(source, 0) == heads[source] for subscription, source in follows)


async def lived(system: System) -> State:
    async with system.running() as api:
        await use_once(api)
        for number in range(LEADS):
            await send(api, "POST", "/intake/v1/leads", lead_body(f"person{number}@thrice.example"))
        deals = [await send(api, "POST", "/pipeline/v1/opportunities", DEAL) for _ in range(DEALS)]
        for deal in deals[::2]:
            await send(
                api, "POST", f"/pipeline/v1/opportunities/{deal.json()['opportunity_id']}/lose", {"reason": "no_need"}
            )
        await eventually(system.is_still)
        return await system.state()


@pytest.fixture
def system(database: str, log: Log) -> System:
    return System(database, log, on_topics_of_its_own(tuple(SERVICES.values())))


async def test_events_delivered_three_times_change_nothing(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await lived(system)
    async with system.running():
        again = await system.deliver_again(2)
        await eventually(system.is_still)
        assert await system.state() == before
    read = noticed(monkeypatch)
    await system.forget_offsets()
    async with system.running():
        await eventually(partial(are_read, read, await system.readings()))
        await eventually(system.is_still)
        assert await system.state() == before
    tables = sum("parked" not in name and "events" not in name for name in before)
    print(
        f"{again // 2} events delivered three times, {read.total()} records read: {tables} tables with the same hash,"
    )
    print("0 events more, 0 parked")


def noticed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of records that are read from now on, by the topic's source."""
    read, add = Counter[str](), Merge.add

    def counting(self: Merge, partition: int, fetched: Sequence[Fetched]) -> None:
        read["all"] += len(fetched)
        add(self, partition, fetched)

    monkeypatch.setattr(Merge, "add", counting)
    return read


async def are_read(read: Counter[str], wanted: Counter[str]) -> bool:
    return read["all"] >= wanted.total()


@pytest.mark.parametrize("log", ["embedded"], indirect=True)
async def test_readers_by_arrival_do_change_it(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted."""
    before = await lived(system)
    await system.deliver_again(1)
    monkeypatch.setattr("shared.run.worker.TopicSource", ByArrival)

    async def differs() -> bool:
        return await system.state() != before

    async with system.running():
        await eventually(differs)
