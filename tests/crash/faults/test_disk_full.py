"""The disk is full: writes are refused, and none is lost or told falsely; when there is room again, all goes on.

Two cases: tables cannot grow, and Postgres refuses by itself; its own log cannot grow, and it ends."""

import asyncio
import os
import secrets
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import asyncpg
import httpx
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.serving.services import SERVICES
from shared.store import handler
from shared.store.committer import Committer
from shared.store.decision_batch import DecisionBatch
from shared.store.write_request import WriteOutcome, WriteRequest
from tests.crash.postgres import OurPostgres
from tests.crash.system import System, in_one_process
from tests.funnelcast.command import ADMIN
from tests.running import eventually, migrated, running_services

SIZE, LEFT = 220, 1
"""MiB of the disk, and that are left of it when it fills up."""
MIB = 1024 * 1024
CLIENTS, REFUSALS = 4, 30
SOON = 10.0
"""Seconds from when there is room again to the next lead that is taken."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small one, in memory, for the data and what the system logs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    tried = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}m,mode=700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {tried.stderr.strip()}")
    yield folder
    subprocess.run([unmount, "-l", str(folder)], check=True)


@dataclass
class Answers:
    """The answers: the id of each lead that was taken, by its number, and the count of each status."""

    taken: dict[int, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    sent: int = 0

    async def next(self, api: httpx.AsyncClient) -> bool:
        """Whether another lead was taken. Its message is what fills the disk."""
        self.sent += 1
        number, details = self.sent, {"message": secrets.token_hex(1900)}
        lead = {"source": "demo_request", "person": {"email": f"person{number}@disk.example"}, "details": details}
        try:
            answer = await api.post("/intake/v1/leads", json=lead)
        except httpx.TransportError:
            return False
        self.answers[answer.status_code] += 1
        if answer.status_code == 201:
            self.taken[number] = answer.json()["lead_id"]
        return number in self.taken

    async def more_than(self, number: int) -> bool:
        return self.answers[201] > number

    async def post_until(self, api: httpx.AsyncClient, over: Callable[[], bool]) -> None:
        async def one_client() -> None:
            while not over():
                await self.next(api)

        await asyncio.gather(*(one_client() for _ in range(CLIENTS)))


@dataclass
class Ballast:
    disk: Path

    def load(self) -> None:
        free = shutil.disk_usage(self.disk).free
        with self.file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - LEFT * MIB)

    def drop(self) -> None:
        self.file.unlink()

    @property
    def file(self) -> Path:
        return self.disk / "ballast"


@asynccontextmanager
async def started(system: System) -> AsyncIterator[httpx.AsyncClient]:
    up = system.members["up"]
    up.start()
    await up.serves(seconds=60)
    headers = {"Authorization": f"Bearer {ADMIN}"}
    async with httpx.AsyncClient(base_url=up.address, headers=headers, timeout=20, trust_env=False) as api:
        yield api


async def tables_fill(system: System, api: httpx.AsyncClient, found: Answers, ballast: Ballast) -> None:
    ballast.load()
    refused = found.answers[503]
    await found.post_until(api, lambda: found.answers[503] >= refused + REFUSALS)
    assert set(found.answers) == {201, 503}, found.answers
    ballast.drop()


async def log_fills(system: System, api: httpx.AsyncClient, found: Answers, ballast: Ballast) -> None:
    """Postgres needs another file for its own log, and there is no room for it: it ends, and the system with it."""
    up = system.members["up"]
    loading = asyncio.ensure_future(found.post_until(api, lambda: not up.alive))
    before = found.answers[201]
    await eventually(lambda: found.more_than(before + 2 * CLIENTS))
    ballast.load()
    with suppress(asyncpg.PostgresError, OSError):
        connection = await asyncpg.connect(system.url().replace("+asyncpg", ""))
        for _ in range(20):
            await connection.execute("SELECT pg_current_xact_id(), pg_switch_wal()")
    assert await up.ended() != 0
    await loading
    ballast.drop()
    assert set(found.answers) <= {201, 503}, found.answers


async def goes_on(api: httpx.AsyncClient, found: Answers) -> float:
    """Seconds."""
    clock = asyncio.get_running_loop().time
    freed = clock()

    await eventually(lambda: found.next(api), seconds=SOON)
    return clock() - freed


async def all_there(api: httpx.AsyncClient, found: Answers) -> None:
    for lead in found.taken.values():
        answer = await api.get(f"/intake/v1/leads/{lead}")
        assert answer.status_code == 200, "what was accepted is not there"


@pytest.mark.timeout(180)
async def test_what_is_accepted_is_there_and_the_rest_refused(disk: Path) -> None:
    found, ballast = Answers(), Ballast(disk)
    async with in_one_process(disk) as system:
        async with started(system) as api:
            await tables_fill(system, api, found, ballast)
            took = [await goes_on(api, found)]
            await log_fills(system, api, found, ballast)
        async with started(system) as api:
            took.append(await goes_on(api, found))
            await all_there(api, found)
            assert "FAILED" not in await system.done("verify", "verify")
    print(f"disk full: {found.answers[201]} leads taken and there, {found.answers[503]} refused, 0 told falsely;")
    print(f"the next one taken {took[0]:.2f} s after there is room, and {took[1]:.2f} s after a start")


async def test_carrying_on_after_an_error_does_answer_falsely(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what could not be written is answered all the same."""
    commit = Committer.commit

    async def nothing(tx: AsyncConnection, desk: DecisionBatch) -> None:
        """Instead of writing."""

    async def carries_on(self: Committer, write_requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        try:
            return await commit(self, write_requests)
        except DBAPIError:
            with patch.object(handler, "write", nothing):
                return await commit(self, write_requests)

    monkeypatch.setattr(Committer, "commit", carries_on)
    found, ballast, postgres = Answers(), Ballast(disk), OurPostgres(disk / "postgres")
    await postgres.start()
    try:
        await migrated(postgres.url)
        async with running_services(postgres.url, [SERVICES["intake"]], work=False) as api:
            ballast.load()
            await found.post_until(api, lambda: found.sent > LEFT * MIB / 2000)
            ballast.drop()
            with pytest.raises(AssertionError, match="what was accepted is not there"):
                await all_there(api, found)
    finally:
        await postgres.end()
