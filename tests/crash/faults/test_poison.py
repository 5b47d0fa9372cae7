"""An event that a consumer cannot apply, in each consumer of each service: its key alone is parked, soon and in order.

The consumers are those that the services name: a new one is tried from its first day."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.serving.services import SERVICES
from funnelcast.verifying import run as verify
from shared.flow import checkpoint
from shared.flow.checkpoint import ExcludedEvents
from shared.rules.clock_and_ids import clock
from shared.rules.target import TargetPolicy
from shared.run.resources import Resources
from shared.run.settings import Settings
from shared.run.telemetry import Metrics
from shared.run.worker import Worker
from shared.store.signal import Signal
from shared.web.outgoing.receivers import Outgoing
from tests.crash.faults.poison import LISTS, WRITING, Follower, Poison, Writing, followers
from tests.running import BLIND, connected, embedded_log, eventually, running_services

ALL = [follower for service in SERVICES.values() for follower in followers(service)]
SOON = 1.0
"""Seconds from the last failure to when the key is parked, as promised."""


@dataclass
class Scene:
    """A system of which one consumer is poisoned."""

    database: str
    api: httpx.AsyncClient
    follower: Follower
    poison: Poison
    writing: Writing = field(init=False)

    def __post_init__(self) -> None:
        self.writing = WRITING[self.follower.source]

    async def write(self, name: str, subject: str | None = None, number: int = 0) -> str:
        """The next fact of a key, or its first; returns the key's subject."""
        if subject is not None:
            _, self.last = await self.writing.go_on(self.api, name, subject, number)
            return subject
        subject, self.last = await self.writing.begin(self.api, name)
        await eventually(self.has_read)
        return subject

    async def has_read(self) -> bool:
        """All that was written."""
        async with connected(self.database, search_path=self.follower.service) as store, store.connect() as tx:
            reached = await checkpoint.positions(tx, self.follower.subscription)
        return reached.get(self.follower.source, 0) >= self.last

    async def parked(self) -> list[dict[str, Any]]:
        answer = await self.api.get(f"/{self.follower.service}/v1/parked")
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def wish(self, what: str, key: Mapping[str, Any]) -> None:
        body = {name: key[name] for name in ("subscription", "source", "key")}
        answer = await self.api.post(f"/{self.follower.service}/v1/parked/{what}", json=body)
        assert answer.status_code == 202, answer.text

        async def come_true() -> bool:
            return await self.parked() == []

        await eventually(come_true)

    async def fails_at(self, subject: str, name: str) -> dict[str, Any]:
        """The next event of the key is poison, and one more follows: the key, as it is told to operators."""
        self.poison.next_of.add(subject)
        for number in (1, 2):
            await self.write(name, subject, number)
        await eventually(self.has_read)
        (key,) = await self.parked()
        assert key["key"].endswith(f"-{subject}")
        assert key["events"] >= 2, "what follows the poison must wait behind it"
        return key

    async def is_told(self, key: Mapping[str, Any]) -> None:
        """Checks that operators are told, and readers who wait for a position that is not applied."""
        ready = await self.api.get(f"/{self.follower.service}/readyz")
        body = ready.json()["details"]["parked"]
        assert (ready.status_code, ready.json()["status"], body["count"]) == (200, "degraded", 1)
        assert body["keys"][0]["position"] == key["position"]
        wanted = {"X-Min-Position": f"{self.follower.source}:{key['position']}", "Prefer": "wait=2"}
        answer = await self.api.get(LISTS[self.follower.service], headers=wanted)
        assert (answer.status_code, answer.json()["type"]) == (503, "parked")


@asynccontextmanager
async def scene(database: str, follower: Follower) -> AsyncIterator[Scene]:
    poison = Poison()
    services = {**SERVICES, follower.service: poison.within(SERVICES[follower.service], follower)}
    async with running_services(database, list(services.values())) as api:
        yield Scene(database, api, follower, poison)


async def released(scene: Scene) -> float:
    """Seconds from the failure to when its key was parked."""
    bad = await scene.write("bad")
    good = await scene.write("good") if scene.writing.keys > 1 else None
    key = await scene.fails_at(bad, "bad")
    assert scene.poison.failed_at is not None
    seconds = (datetime.fromisoformat(key["parked_at"]) - scene.poison.failed_at).total_seconds()
    if good is not None:
        for number in (1, 2):
            await scene.write("good", good, number)
        await eventually(scene.has_read)
        assert scene.poison.applied[good], "other keys must flow"
    assert max(scene.poison.applied[bad], default=0) < key["position"], "nothing of its key may pass the poison"
    await scene.is_told(key)
    scene.poison.mend()
    await scene.wish("release", key)
    in_order(scene.poison.applied[bad], key["position"])
    return seconds


async def skipped(scene: Scene) -> None:
    worse = await scene.write("worse")
    key = await scene.fails_at(worse, "worse")
    await scene.wish("skip", key)
    assert key["position"] not in scene.poison.applied[worse]
    in_order(scene.poison.applied[worse])


def in_order(positions: list[int], *among: int) -> None:
    assert positions == sorted(set(positions)), "each once, in order"
    assert set(among) <= set(positions)


async def findings(database: str) -> list[str]:
    """The findings of `funnelcast verify`."""
    async with verify.open_engine(database) as engine, embedded_log(database) as log:
        return [found async for one in verify.run_checks(engine, log, lambda *_: None) for found in one.findings]


@pytest.mark.parametrize("follower", ALL, ids=str)
async def test_a_poisoned_key_is_parked_and_released_in_order_or_goes_on_without_the_event(
    database: str, follower: Follower
) -> None:
    async with scene(database, follower) as here:
        seconds = await released(here)
        await skipped(here)
        assert await findings(database) == []
        applied = sum(map(len, here.poison.applied.values()))
    assert seconds <= SOON
    print(f"{follower}: parked after {seconds * 1000:.0f} ms, released, skipped; {applied} events applied in order")


async def test_without_waiting_behind_the_poison_its_key_does_go_on(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: what follows a parked event is applied."""
    advance = checkpoint.advance

    async def forgetful(tx: AsyncConnection, *where: Any, **more: Any) -> ExcludedEvents:
        return replace(await advance(tx, *where, **more), parked_keys=frozenset())

    monkeypatch.setattr(checkpoint, "advance", forgetful)
    async with scene(database, next(followers(SERVICES["pipeline"]))) as here:
        with pytest.raises(AssertionError, match="must wait behind it"):
            await released(here)


@pytest.mark.parametrize("name", SERVICES)
async def test_no_consumer_is_forgotten(name: str, database: str) -> None:
    async with connected(database) as engine, embedded_log(database) as log:
        resources = Resources(database, log, Settings(), BLIND)
        worker = Worker(
            SERVICES[name], resources, engine, Signal(), Signal(), Metrics(), Outgoing(TargetPolicy(), clock)
        )
        at_work = {Follower(name, one.subscription, one.source) for one in [*worker.projections(), *worker.reactions()]}
    assert at_work == set(followers(SERVICES[name]))
