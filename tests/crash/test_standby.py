"""Two workers of one service: a standby takes over from one that is stopped, who then wakes up and does no harm; nor do
two that both believe to have the lease."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from signal import SIGCONT

import psutil
import pytest

from funnelcast.serving.services import SERVICES
from tests.crash.load import under_load
from tests.crash.rest import CURSOR
from tests.crash.sweep import Stage, staged
from tests.crash.system import Member
from tests.running import eventually

TAKES_OVER = 6.0
"""Seconds, promised."""
LEADS = 12
"""Won while two do the same work."""
ENDS = ("Fenced", "InternalError", "DBAPIError")
"""The end of a zombie's work: by the comparison, or because Postgres gave up a transaction that it was stopped in."""
REACHED = "SELECT sum(position) FROM {service}.checkpoints WHERE subscription = '{subscription}'"


def progress(service: str, what: str) -> str:
    if what == "relay":
        return CURSOR.format(service=service)
    subscription = "reactions" if what == "reactions" else SERVICES[service].read_models
    return REACHED.format(service=service, subscription=subscription)


async def two_workers(stage: Stage, service: str, *how: str) -> tuple[Member, Member]:
    """The first of them leads; the other waits. Requests are answered by a third."""
    system = stage.system
    api = system.members[service]
    api.kill()
    api.words = (*api.words, "--role", "api")
    first, second = (system.add(f"{service} {name}", service, *worker(service)) for name in ("first", "second"))
    first.start(*how)

    async def leads() -> bool:
        return all([await stage.looks.holds(name) for name in (f"{service} worker", SERVICES[service].read_models)])

    await eventually(leads)
    second.start()
    await system.serves()
    return first, second


def worker(service: str) -> Sequence[str]:
    return "serve", service, "--role", "worker"


async def stopped(member: Member) -> None:
    async def is_stopped() -> bool:
        assert member.process is not None
        return bool(psutil.Process(member.process.pid).status() == psutil.STATUS_STOPPED)

    await eventually(is_stopped, seconds=30)


async def moved_on(stage: Stage, query: str) -> float:
    """Seconds until somebody else goes on from there."""
    loop = asyncio.get_running_loop()
    start, at = loop.time(), await stage.looks.one(query)

    async def moved() -> bool:
        return await stage.looks.one(query) > at

    await eventually(moved, seconds=30)
    return loop.time() - start


async def stopped_and_resumed(
    stage: Stage, service: str, point: str, what: str, *how: str, ends: Sequence[str] = ENDS
) -> float:
    """The seconds that the standby took; there are no findings afterwards. The zombie does not notice by its
    heartbeat."""
    zombie, _ = await two_workers(stage, service, f"--stop-at={point}", "--plant=deaf", *how)
    async with under_load(stage.some, "under-load", 4):
        await stopped(zombie)
        seconds = await moved_on(stage, progress(service, what))
        zombie.signal(SIGCONT)
        await eventually(partial(begins_anew, zombie, lease_of(service, what), ends), seconds=10)
    findings = await stage.findings()
    assert findings == [], findings
    return seconds


def lease_of(service: str, what: str) -> str:
    return f"{service} worker" if what in ("relay", "reactions") else SERVICES[service].read_models


async def begins_anew(member: Member, lease: str, ends: Sequence[str]) -> bool:
    """It says so, and under which lease it worked, and what ended that."""
    output = [line for line in member.output().splitlines() if "worker_restarts" in line and f'"{lease}"' in line]
    return any(f'"{end}' in line for line in output for end in ends)


CASES = [
    ("intake", "relay has read", "relay"),
    ("pipeline", "own events read", "own"),
    ("forecast", "foreign events read", "foreign"),
    ("qualification", "upstream events read", "reactions"),
]


@pytest.mark.kafka
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("service", "point", "what"), CASES)
async def test_a_standby_takes_over_and_the_zombie_does_no_harm(
    service: str, point: str, what: str, brokers: None, tmp_path: Path
) -> None:
    async with staged(tmp_path) as stage:
        seconds = await stopped_and_resumed(stage, service, point, what)
        print(f"{service} stopped where {point!r}: standby at work after {seconds:.1f} s, zombie fenced, 0 duplicated")
        assert seconds <= TAKES_OVER


@pytest.mark.harness
@pytest.mark.kafka
@pytest.mark.timeout(120)
async def test_a_zombie_that_does_not_compare_is_found(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 15
        compares_not = "--plant=checkpoint_not_compared"
        with pytest.raises(AssertionError, match=r"begins_anew.* did not become true|FAILED forecast"):
            await stopped_and_resumed(
                stage, "forecast", "foreign events read", "foreign", compares_not, ends=("Fenced",)
            )
    print("a zombie that does not compare is never fenced, or doubles what it did")


# -- two at the same time --------------------------------------------------------------------------------------------


async def both_lead(stage: Stage, service: str, *how: str) -> list[str]:
    """Two relays, two consumers of each subscription, for as long as a number of leads takes; what is wrong then."""
    system = stage.system
    system.members[service].kill()
    other = system.add(f"{service} other", service, *worker(service))
    both = [system.members[service], other]
    for member in both:
        member.start("--plant=lease_for_all", *how)
    await system.serves()
    async with under_load(stage.some, "two-at-once", 4):
        won = stage.some.finished

        async def much_done() -> bool:
            return stage.some.finished >= won + LEADS and all(map(fenced_once, both))

        await eventually(much_done, seconds=60)
    return await stage.findings()


def fenced_once(member: Member) -> bool:
    return "Fenced" in member.output()


@pytest.mark.kafka
@pytest.mark.timeout(120)
@pytest.mark.parametrize("service", ["pipeline", "qualification"])
async def test_two_that_do_the_same_work_do_it_once(service: str, brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert await both_lead(stage, service) == []
        times = sum(member.output().count("Fenced") for member in stage.system.members.values())
        print(f"two workers of {service}, {stage.some.finished} leads won, {times} times fenced, 0 duplicated")


@pytest.mark.harness
@pytest.mark.kafka
@pytest.mark.timeout(120)
async def test_two_that_do_not_compare_do_it_twice_and_are_found(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 15
        findings = await both_lead(stage, "forecast", "--plant=checkpoint_not_compared")
        assert any("FAILED forecast" in finding for finding in findings), findings
    print(f"two workers of forecast that do not compare: {len(findings)} findings")
