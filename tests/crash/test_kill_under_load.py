"""`kill -9` of the whole system, or of its Postgres, under load: what was accepted is there, once."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.funnelcast.command import Up, done, servers, up
from tests.running import eventually

KILLS = int(os.environ.get("FUNNELCAST_TEST_KILLS", "4"))
SEED = int(os.environ.get("FUNNELCAST_TEST_SEED", "20260302"))
CLIENTS = 8


@dataclass
class Told:
    """What clients sent, by their key, and what they were answered."""

    sent: set[int] = field(default_factory=set)
    accepted: dict[int, dict[str, Any]] = field(default_factory=dict)


def lead(number: int) -> dict[str, Any]:
    return {"source": "demo_request", "person": {"email": f"person{number}@crash.example"}}


async def post(client: httpx.AsyncClient, number: int) -> dict[str, Any] | None:
    """The answer, or none when it cannot be known what happened."""
    try:
        answer = await client.post(
            "/intake/v1/leads", json=lead(number), headers={"Idempotency-Key": f"click {number}"}
        )
    except httpx.TransportError:
        return None
    if answer.status_code == 503:
        return None
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def load(system: Up, told: Told, dying: asyncio.Event) -> None:
    """Posts as fast as it can until the system dies, each lead once."""

    async def one_client(client: httpx.AsyncClient) -> None:
        while not dying.is_set():
            number = len(told.sent)
            told.sent.add(number)
            answer = await post(client, number)
            if answer is not None:
                told.accepted[number] = answer

    headers = {"Authorization": f"Bearer {system.key}"}
    async with httpx.AsyncClient(base_url=system.address, headers=headers, timeout=10, trust_env=False) as client:
        await asyncio.gather(*(one_client(client) for _ in range(CLIENTS)))


async def killed_under_load(system: Up, told: Told, chance: random.Random) -> None:
    dying = asyncio.Event()
    loading = asyncio.ensure_future(load(system, told, dying))
    before = len(told.accepted)

    async def busy() -> bool:
        return len(told.accepted) > before + chance.randrange(20, 400)

    await eventually(busy, seconds=60)
    victims = [system.process.pid] if chance.random() < 0.5 else [each.pid for each in servers(system.data)]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    dying.set()
    await loading
    system.process.kill()
    system.process.communicate()


@pytest.mark.timeout(300 + 20 * KILLS)
async def test_every_lead_that_was_accepted_is_there_once(tmp_path: Path) -> None:
    told, chance = Told(), random.Random(SEED)
    for _ in range(KILLS):
        with up(tmp_path) as system:
            await killed_under_load(system, told, chance)
    with up(tmp_path) as system:
        headers = {"Authorization": f"Bearer {system.key}"}
        async with httpx.AsyncClient(base_url=system.address, headers=headers, timeout=30, trust_env=False) as client:
            again = {number: await post(client, number) for number in sorted(told.sent)}
            assert {number: again[number] for number in told.accepted} == told.accepted
            ids = {answer["lead_id"] for answer in again.values() if answer}
            assert len(ids) == len(told.sent)
            for place in ("/intake/v1/leads", "/qualification/v1/leads"):
                await eventually(partial(all_there, client, place, ids), seconds=60)
        assert "ok" in await asyncio.to_thread(done, "verify", "--data", tmp_path)
    print(f"{KILLS} kills, {len(told.sent)} leads sent, {len(told.accepted)} accepted, 0 lost, 0 twice")


async def all_there(client: httpx.AsyncClient, place: str, ids: set[str]) -> bool:
    return await leads(client, place) == ids


async def leads(client: httpx.AsyncClient, path: str) -> set[str]:
    """All ids; none of them twice."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = (await client.get(path, params={"limit": 1000} | ({"after": after} if after else {}))).json()
        found += [item["lead_id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            assert len(set(found)) == len(found)
            return set(found)
