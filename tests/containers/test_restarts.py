"""Containers come and go under load: nothing is lost or done twice, and whoever can be spared is not missed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from tests.containers.engine import docker
from tests.containers.project import Project
from tests.containers.watched import Watch, watched
from tests.crash.load import Clients, under_load
from tests.running import eventually

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
AWAY = 30.0
"""Seconds without a broker."""
CAUGHT_UP = 30.0
LEADS = "/intake/v1/leads"


@dataclass
class Senders:
    """Send one lead after the other, each once, some with a key and some without; whatever is not a 201 is lost."""

    project: Project
    name: str
    sent: int = 0
    taken: set[str] = field(default_factory=set)
    lost: Counter[str] = field(default_factory=Counter)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def more(self, number: int) -> None:
        """Returns when so many more were answered."""
        enough = len(self.taken) + self.lost.total() + number

        async def answered() -> bool:
            return len(self.taken) + self.lost.total() >= enough

        await eventually(answered, seconds=60)

    async def send(self, http: httpx.AsyncClient, pause: float) -> None:
        while not self.stopping.is_set():
            self.sent += 1
            number = self.sent
            body = {"source": "demo_request", "person": {"email": f"{self.name}-{number}@senders.example"}}
            headers = {"Idempotency-Key": f"{self.name} {number}"} if number % 2 else {}
            try:
                answer = await http.post(LEADS, json=body, headers=headers)
            except httpx.TransportError as error:
                self.lost[repr(error)] += 1
                continue
            if answer.status_code == 201:
                self.taken.add(answer.json()["lead_id"])
            else:
                self.lost[f"{answer.status_code} {answer.text}"] += 1
            await asyncio.sleep(pause)


@asynccontextmanager
async def sending(project: Project, name: str, *, clients: int = 8, pause: float = 0.0) -> AsyncIterator[Senders]:
    """Sends requests until the body ends, and waits for the one that is under way."""
    senders = Senders(project, name)
    headers = {"Authorization": f"Bearer {project.key}"}
    async with httpx.AsyncClient(base_url=project.address, headers=headers, timeout=30, trust_env=False) as http:
        tasks = [asyncio.ensure_future(senders.send(http, pause)) for _ in range(clients)]
        try:
            yield senders
        finally:
            senders.stopping.set()
            await asyncio.gather(*tasks)


async def in_thread(*words: str, project: Project) -> str:
    return await asyncio.to_thread(project.compose, *words)


async def finished(some: Clients, journeys: int) -> bool:
    return some.finished >= journeys


async def test_each_container_is_restarted_in_turn_under_load(project: Project) -> None:
    async with watched(project) as watch:
        some = watch.some
        async with under_load(some, "restarted", 3):
            for service in project.services():
                await in_thread("restart", service, project=project)
                enough = some.finished + 2
                await eventually(lambda enough=enough: finished(some, enough), seconds=120)
        assert await watch.findings() == []
    print(
        f"{len(project.services())} containers restarted, {some.finished} journeys, {len(some.requests)} commands, "
        f"{some.retried} sent again, 0 lost, 0 twice"
    )


async def test_leads_are_taken_while_the_broker_is_away_and_arrive_when_it_is_back(project: Project) -> None:
    async with watched(project) as watch:
        async with under_load(watch.some, "away", 2), sending(project, "away", clients=2, pause=0.05) as senders:
            await in_thread("stop", "kafka", project=project)
            before = len(senders.taken)
            await asyncio.sleep(AWAY)
            during = len(senders.taken) - before
            await in_thread("start", "kafka", project=project)
            await eventually(lambda: answers(project), seconds=120)
            seconds = await caught_up(watch, senders)
        assert await watch.findings() == []
    print(
        f"broker away {AWAY:.0f} s: {during} leads taken meanwhile, {senders.lost.total()} refused, "
        f"caught up {seconds:.1f} s after it was back, 0 lost, 0 twice"
    )
    assert (senders.lost, during > AWAY) == (Counter(), True)
    assert seconds <= CAUGHT_UP


async def answers(project: Project) -> bool:
    """The broker, as its health check asks it."""
    try:
        await in_thread("exec", "-T", "kafka", "bash", "-c", "</dev/tcp/127.0.0.1/9092", project=project)
    except AssertionError:
        return False
    return True


async def caught_up(watch: Watch, senders: Senders) -> float:
    """Seconds until what was taken in the meantime is where it belongs."""
    begun, wanted = asyncio.get_running_loop().time(), set(senders.taken)

    async def arrived() -> bool:
        rows = await watch.looks.rows("SELECT DISTINCT stream FROM qualification.events")
        return wanted <= {row["stream"].removeprefix("lead-") for row in rows}

    await eventually(arrived, seconds=120)
    return asyncio.get_running_loop().time() - begun


# -- two replicas behind the door ------------------------------------------------------------------------------------


@asynccontextmanager
async def two_replicas(project: Project) -> AsyncIterator[Sequence[str]]:
    await in_thread("up", "-d", "--no-build", "--no-recreate", "--scale", "intake-api=2", "intake-api", project=project)
    try:
        containers = await asyncio.to_thread(project.containers, "intake-api")
        assert len(containers) == 2
        for each in containers:
            await eventually(lambda each=each: serves(each), seconds=120)
        yield containers
    finally:
        await in_thread(
            "up", "-d", "--no-build", "--no-recreate", "--scale", "intake-api=1", "intake-api", project=project
        )


async def serves(container: str) -> bool:
    try:
        return bool(await asyncio.to_thread(docker, "exec", container, "funnelcast", "healthcheck"))
    except AssertionError:
        return False


async def restarted(container: str) -> None:
    """Restarts a container in order: its process ends by itself, and is not killed."""
    await asyncio.to_thread(docker, "stop", container)
    assert await asyncio.to_thread(docker, "inspect", "--format", "{{.State.ExitCode}}", container) == "0"
    await asyncio.to_thread(docker, "start", container)
    await eventually(lambda: serves(container), seconds=120)


async def test_a_rolling_restart_loses_no_request(project: Project) -> None:
    async with two_replicas(project) as containers, sending(project, "rolling") as senders:
        for each in containers:
            await senders.more(200)
            await restarted(each)
        await senders.more(200)
    print(f"two replicas restarted in turn: {senders.sent} requests, {senders.lost.total()} lost")
    assert senders.lost == Counter(), await in_thread("logs", "intake-api", project=project)


async def test_a_replica_that_is_killed_is_missed(project: Project) -> None:
    """The check above finds what it is for: `kill -9` cuts requests, and the door does not repeat a POST."""
    async with two_replicas(project) as containers, sending(project, "killed", clients=16) as senders:
        for each in [*containers, *containers, *containers]:
            await senders.more(200)
            await asyncio.to_thread(docker, "kill", each)
            await asyncio.to_thread(docker, "start", each)
            await eventually(lambda each=each: serves(each), seconds=120)
            if senders.lost:
                break
    print(f"planted: {senders.sent} requests, {senders.lost.total()} lost")
    assert senders.lost
