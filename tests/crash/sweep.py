"""A process is killed at a named point while clients work; it is started again, the work is finished, and all that
clients were told is held against what is there."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest

from funnelcast.serving.services import SERVICES
from tests.crash import history
from tests.crash.following import following
from tests.crash.history import Followed
from tests.crash.load import Clients, clients, under_load
from tests.crash.points import MARK, Point
from tests.crash.processes import Program
from tests.crash.rest import Looks
from tests.crash.system import Member, System, in_one_process, standing
from tests.running import eventually

LOADED_BY = 4
"""Clients."""
STANDSTILL = 60.0
"""Seconds in which something must be answered, however much was killed."""
REACHED = 45.0
"""Seconds in which a point must be reached."""
DROP = 'DROP SCHEMA "{0}" CASCADE'


@dataclass
class Stage:
    """A system with its clients, and all that they saw since it began."""

    system: System
    some: Clients
    looks: Looks
    followed: Sequence[Followed]
    rounds: int = 0

    async def findings(self) -> list[str]:
        """The findings when the system is at rest."""
        late = await self.looks.at_rest(self.some.patience)
        await self.feeds_are_read()
        stores = await self.looks.stores()
        return [
            *late,
            *self.some.faults,
            *history.check(self.some.requests, stores, self.followed),
            *await self.looks.not_erased(),
            *await self.verified(),
        ]

    async def feeds_are_read(self) -> None:
        """Waits until the feeds are read to their ends; an event that is missing then is lost."""
        stores = await self.looks.stores()
        due = {one.how + one.service: history.due(one, stores[one.service]) for one in self.followed}

        async def read() -> bool:
            return all(len(one.seen) >= len(due[one.how + one.service]) for one in self.followed)

        try:
            await eventually(read, seconds=10)
        except AssertionError:
            return

    async def verified(self) -> list[str]:
        verify = self.system.program("verify", "verify")
        verify.start()
        code = await verify.ended(seconds=120)
        return [] if code == 0 else [f"verify: exit code {code}: {verify.output()}"]

    async def progress(self, answers: int) -> None:
        """Waits for so many answers more."""
        goal = self.some.answered + answers
        async with asyncio.timeout(STANDSTILL):
            while self.some.answered < goal:
                await asyncio.sleep(0.02)

    # -- one round ---------------------------------------------------------------------------------------------------

    async def killed(self, points: Mapping[str, Point], *how: str) -> list[str]:
        """Kills a process of each of these services at its point, and starts another in its place."""
        self.rounds += 1
        victims = [(point, await self.armed(service, point, how)) for service, point in points.items()]
        async with under_load(self.some, f"round{self.rounds}", LOADED_BY), asyncio.TaskGroup() as each:
            for point, victim in victims:
                each.create_task(self.dies_and_lives(victim, point))
        return await self.findings()

    async def armed(self, service: str, point: Point, how: Sequence[str]) -> Program:
        if point.scene == "rebuild":
            victim = self.system.program(f"rebuild {service}", "rebuild", service)
        else:
            victim = self.system.members[service]
            victim.kill()
        if point.scene == "new version":
            await self.looks.rows(DROP.format(SERVICES[service].read_models))
        victim.start(f"--kill-at={point.name}", *how)
        return victim

    async def dies_and_lives(self, victim: Program, point: Point) -> None:
        if point.scene == "stop":
            await told_to_stop(victim)
        await died_at(victim, point)
        victim.start()
        if isinstance(victim, Member):
            await victim.serves()
        else:
            assert await victim.ended(seconds=60) == 0, victim.failure_report()


async def told_to_stop(victim: Program) -> None:
    assert isinstance(victim, Member)
    await victim.serves()
    victim.signal(SIGTERM)


async def died_at(victim: Program, point: Point) -> None:
    try:
        code = await victim.ended(seconds=REACHED)
    except AssertionError:
        pytest.fail(f"{victim.name} never reached {point.name!r}:\n{victim.failure_report()}")
    assert (code, MARK + point.name in victim.output()) == (-SIGKILL, True), victim.failure_report()


@asynccontextmanager
async def staged(folder: Path, *, standbys: bool = False) -> AsyncIterator[Stage]:
    """The services apart."""
    async with standing(folder, standbys=standbys) as system, with_clients(system) as stage:
        yield stage


@asynccontextmanager
async def staged_in_one_process(folder: Path) -> AsyncIterator[Stage]:
    async with in_one_process(folder) as system:
        await system.serves()
        async with with_clients(system) as stage:
            yield stage


@asynccontextmanager
async def with_clients(system: System) -> AsyncIterator[Stage]:
    async with clients(system.addresses) as some, following(some.http, system.addresses) as followed:
        await some.found()
        yield Stage(system, some, Looks(system.url), followed)


# -- which point in which service ------------------------------------------------------------------------------------


def once_each(points: Sequence[Point], turn: int) -> list[tuple[str, Point]]:
    """Each point in one of its services, in another one at another turn."""
    return [(point.services[(turn + number) % len(point.services)], point) for number, point in enumerate(points)]


def everywhere(points: Sequence[Point]) -> list[tuple[str, Point]]:
    return [(service, point) for point in points for service in point.services]


def in_rounds(pairs: Sequence[tuple[str, Point]]) -> list[dict[str, Point]]:
    """The fewest rounds of points, with one point in each service at most."""
    rounds: list[dict[str, Point]] = []
    for service, point in pairs:
        free = next((one for one in rounds if service not in one), None)
        if free is None:
            rounds.append({service: point})
        else:
            free[service] = point
    return rounds
