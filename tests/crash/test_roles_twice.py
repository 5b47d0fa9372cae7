"""Every role of every service in two processes: they share the work, do nothing twice, and stand in for each other."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from tests.crash.following import following
from tests.crash.load import Clients, clients, under_load
from tests.crash.rest import Looks
from tests.crash.sweep import Stage
from tests.crash.system import Apart, Member, prepared
from tests.kafka import Broker
from tests.running import SERVICES, eventually

TAKEN_OVER = 6.0
ROLES = {"intake": ("all",), "qualification": ("all",), "pipeline": ("api", "worker"), "forecast": ("api", "worker")}
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


class InTurn(Mapping[str, str]):
    """The addresses of a service's replicas: another one each time, also for a repeat."""

    def __init__(self, addresses: Mapping[str, list[str]]) -> None:
        self.addresses = {service: cycle(several) for service, several in addresses.items()}

    def __getitem__(self, service: str) -> str:
        return next(self.addresses[service])

    def __iter__(self) -> Iterator[str]:
        return iter(self.addresses)

    def __len__(self) -> int:
        return len(self.addresses)


@dataclass
class Twice:
    system: Apart
    addresses: InTurn
    workers: Mapping[str, list[Member]]

    async def leader(self, service: str) -> tuple[Member, Member]:
        """The leader of a service and its standby."""

        async def one_leads() -> tuple[Member, Member] | None:
            first, second = self.workers[service]
            leading = await leads(first), await leads(second)
            return {(True, False): (first, second), (False, True): (second, first)}.get(leading)

        found: tuple[Member, Member] = await eventually(one_leads)
        return found

    async def taken_over(self, service: str) -> float:
        """Seconds from the leader's `kill -9` to when the standby is at work."""
        leader, standby = await self.leader(service)
        begun = asyncio.get_running_loop().time()
        leader.kill()
        await eventually(lambda: leads(standby), seconds=40)
        return asyncio.get_running_loop().time() - begun


async def leads(member: Member) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        ready = (await http.get(f"{member.address}/{member.service}/readyz")).json()
    return bool(ready["details"].get("relay", {}).get("leads"))


def added(system: Apart, service: str) -> Iterator[Member]:
    for role in ROLES[service]:
        for number in ("", " again"):
            yield system.add(f"{service} {role}{number}", service, "serve", service, "--role", role)


@asynccontextmanager
async def twice(folder: Path, *services: str, plant: str = "") -> AsyncIterator[Twice]:
    """These services; of the others there is nobody."""
    async with prepared(folder) as system:
        cast = {service: list(added(system, service)) for service in services}
        members = [each for several in cast.values() for each in several]
        for member in members:
            member.start(*([f"--plant={plant}"] if plant else []))
        for member in members:
            await member.serves(seconds=60)
        addresses = InTurn({service: [each.address for each in several[:2]] for service, several in cast.items()})
        yield Twice(system, addresses, {service: several[-2:] for service, several in cast.items()})


@asynccontextmanager
async def with_clients(cast: Twice) -> AsyncIterator[Stage]:
    async with clients(cast.addresses) as some, following(some.http, cast.addresses) as followed:
        await some.found()
        yield Stage(cast.system, some, Looks(cast.system.url), followed)


async def test_two_of_each_do_nothing_twice_and_stand_in_for_each_other(kafka: Broker, tmp_path: Path) -> None:
    async with twice(tmp_path, *SERVICES) as cast, with_clients(cast) as stage:
        some = stage.some
        async with under_load(some, "pairs", 4):
            await eventually(lambda: finished(some, 8), seconds=60)
        assert await stage.findings() == []
        async with under_load(some, "alone", 4):
            seconds = dict(zip(SERVICES, await asyncio.gather(*map(cast.taken_over, SERVICES)), strict=True))
            enough = some.finished + 4
            await eventually(lambda: finished(some, enough), seconds=60)
            await cast.system.serves()
        assert await stage.findings() == []
        found = ", ".join(f"{service} {took:.1f} s" for service, took in seconds.items())
        print(f"{some.finished} journeys, {len(some.requests)} commands, 0 lost, 0 twice; taken over: {found}")
        assert max(seconds.values()) <= TAKEN_OVER


async def finished(some: Clients, journeys: int) -> bool:
    return some.finished >= journeys


@pytest.mark.harness
async def test_a_standby_that_looks_seldom_is_too_late(kafka: Broker, tmp_path: Path) -> None:
    """The check above finds what it is for."""
    async with twice(tmp_path, "pipeline", plant="standby_looks_seldom") as cast:
        seconds = await cast.taken_over("pipeline")
    print(f"planted: taken over after {seconds:.1f} s")
    assert seconds > TAKEN_OVER
