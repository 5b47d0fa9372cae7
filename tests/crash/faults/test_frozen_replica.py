"""One of two replicas is stopped in the midst of a command, with the append lock: the other one serves on, and the
stopped one's caller, who is told 503 when it wakes up, finds out with the key."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.crash.faults.test_frozen_writer import ALLOWED, OTHERS
from tests.crash.system import BLIND, Member, System
from tests.funnelcast.command import ADMIN
from tests.running import eventually, make_key

LEADS = "/intake/v1/leads"


@asynccontextmanager
async def two_replicas(database: str, folder: Path, point: str) -> AsyncIterator[tuple[Member, Member]]:
    """The first stops at this point."""
    env = {"FUNNELCAST_POSTGRES": database, "FUNNELCAST_BLIND_INDEX_KEY": BLIND, "FUNNELCAST_ADMIN_KEY": ADMIN}
    system = System(folder, env, lambda: database)
    one, other = (system.add(name, "intake", "serve", "intake", "--role", "api") for name in ("one", "other"))
    one.start(f"--stop-at={point}")
    try:
        await system.serves()
        yield one, other
    finally:
        for member in (one, other):
            member.kill()


def client(member: Member, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(base_url=member.address, headers=headers, timeout=30, trust_env=False)


async def post(api: httpx.AsyncClient, name: str) -> httpx.Response:
    lead = {"source": "demo_request", "person": {"email": f"{name}@frozen.example"}}
    return await api.post(LEADS, json=lead, headers={"Idempotency-Key": name})


async def is_stopped(member: Member) -> bool:
    assert member.process is not None
    return bool(psutil.Process(member.process.pid).status() == psutil.STATUS_STOPPED)


@pytest.mark.parametrize("point", ["append lock taken", "handled, before COMMIT"])
async def test_the_other_one_serves_on(database: str, tmp_path: Path, point: str) -> None:
    key, clock = await make_key(database), asyncio.get_running_loop().time
    async with two_replicas(database, tmp_path, point) as (one, other), client(one, key) as a, client(other, key) as b:
        waiting = asyncio.ensure_future(post(a, "frozen"))
        await eventually(lambda: is_stopped(one))
        started = clock()
        answers = await asyncio.gather(*(post(b, f"person{number}") for number in range(OTHERS)))
        seconds = clock() - started
        one.signal(signal.SIGCONT)
        assert {answer.status_code for answer in answers} == {201}
        assert (await waiting).status_code == 503
        again = [await post(api, "frozen") for api in (a, b)]
        assert {answer.status_code for answer in again} == {201}
        assert again[0].text == again[1].text
        listed = {answer.json()["lead_id"] for answer in [*answers, again[0]]}
    assert seconds <= ALLOWED
    assert len(listed) == OTHERS + 1
    print(f"a replica stopped at {point!r}: {OTHERS} others answered in {seconds:.1f} s; its caller told 503, then 201")
