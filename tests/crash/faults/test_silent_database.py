"""The way to Postgres is gone without a word: packets are dropped, no connection ends. Nobody waits for long, and all
goes on soon after the way is back."""

import asyncio
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from funnelcast.serving.services import SERVICES
from shared.store import engines
from tests.crash.postgres import OurPostgres
from tests.funnelcast.at_work import DEAL
from tests.running import eventually, fresh, migrated, running_services

GONE = 14.0
"""Seconds; TCP by itself tries again after 12.6 and 25.4."""
PATIENCE = 11.0
"""Seconds that a caller waits at most: for a connection to be given up, and for another one."""
SOON = 5.0
"""Seconds until all is well again, as promised."""
DEALS = "/pipeline/v1/opportunities"


@dataclass(frozen=True)
class Way:
    """A way to one port of this machine."""

    iptables: str
    port: int

    def rules(self, action: str) -> list[list[str]]:
        ports = [["--dport", str(self.port)], ["--sport", str(self.port)]]
        return [[self.iptables, "-w", action, "INPUT", "-i", "lo", "-p", "tcp", *each, "-j", "DROP"] for each in ports]

    @contextmanager
    def gone(self) -> Iterator[None]:
        for rule in self.rules("-I"):
            tried = subprocess.run(rule, capture_output=True, text=True, check=False)
            if tried.returncode != 0:
                pytest.skip(f"packets cannot be dropped here: {tried.stderr.strip()}")
        try:
            yield
        finally:
            for rule in self.rules("-D"):
                subprocess.run(rule, check=True, capture_output=True)


@dataclass
class Answers:
    answers: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    accepted: set[str] = field(default_factory=set)

    async def post(self, api: httpx.AsyncClient) -> httpx.Response:
        clock = asyncio.get_running_loop().time
        started = clock()
        answer = await api.post(DEALS, json=DEAL)
        self.slowest = max(self.slowest, clock() - started)
        self.answers[answer.status_code] += 1
        if answer.status_code == 201:
            self.accepted.add(answer.json()["opportunity_id"])
        return answer

    async def post_on(self, api: httpx.AsyncClient, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds

        async def one_client() -> None:
            while asyncio.get_running_loop().time() < end:
                await self.post(api)
                await asyncio.sleep(0.05)

        await asyncio.gather(*(one_client() for _ in range(4)))


@pytest_asyncio.fixture
async def postgres_of_ours(tmp_path: Path) -> AsyncIterator[OurPostgres]:
    if os.geteuid() != 0 or shutil.which("iptables") is None:
        pytest.skip("only root can drop packets, by iptables")
    postgres = OurPostgres(tmp_path / "postgres")
    await postgres.start()
    try:
        await migrated(postgres.url)
        yield postgres
    finally:
        await postgres.end()


async def suffered(api: httpx.AsyncClient, way: Way, seconds: float) -> Answers:
    found = Answers()
    await found.post_on(api, 0.5)
    with way.gone():
        posting = asyncio.ensure_future(found.post_on(api, seconds))
        await asyncio.sleep(seconds)
    await posting
    assert set(found.answers) <= {201, 503}
    assert found.slowest <= PATIENCE, "somebody had to wait for too long"
    return found


async def well_again(api: httpx.AsyncClient, found: Answers) -> float:
    """Seconds until a deal is written, and the read models have it."""
    clock = asyncio.get_running_loop().time
    started = clock()

    async def written() -> bool:
        answer = await found.post(api)
        return answer.status_code == 201 and (await api.get(DEALS, headers=fresh(answer, wait=5))).status_code == 200

    await eventually(written)
    return clock() - started


def way_to(postgres: OurPostgres) -> Way:
    iptables = shutil.which("iptables")
    assert iptables is not None
    return Way(iptables, postgres.port)


@pytest.mark.timeout(120)
async def test_nobody_waits_for_long_and_all_goes_on(postgres_of_ours: OurPostgres) -> None:
    async with running_services(postgres_of_ours.url, [SERVICES["pipeline"]]) as api:
        found = await suffered(api, way_to(postgres_of_ours), GONE)
        seconds = await well_again(api, found)
        listed = (await api.get(DEALS, params={"limit": "1000"})).json()["items"]
        assert found.accepted <= {deal["opportunity_id"] for deal in listed}
    assert seconds <= SOON
    print(
        f"the way to Postgres gone for {GONE} s: {found.answers[503]} times 503, after {found.slowest:.1f} s at most;"
    )
    print(f"{len(found.accepted)} deals accepted, 0 lost; well {seconds:.1f} s after it is back")


@pytest.mark.timeout(120)
async def test_without_watched_connections_requests_wait_for_too_long(
    postgres_of_ours: OurPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted."""
    monkeypatch.setattr(engines, "KEEPALIVE", ())
    async with running_services(postgres_of_ours.url, [SERVICES["pipeline"]]) as api:
        with pytest.raises(AssertionError, match="wait for too long"):
            await suffered(api, way_to(postgres_of_ours), PATIENCE + 1)
