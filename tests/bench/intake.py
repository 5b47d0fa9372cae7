"""Intake in a process of its own, for several measures, and the count of its rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text

from tests.bench.ground import Ground, Process, command, program, serving
from tests.bench.load import Load
from tests.bench.one_by_one import PREPARE
from tests.bench.rounds import Count, Side
from tests.running import connected

ROWS = text("SELECT count(*) FROM intake.events WHERE correlation_id = :mark")


def rows_of(url: str) -> Count:
    async def count(mark: UUID) -> int:
        async with connected(url) as engine, engine.connect() as tx:
            return int((await tx.execute(ROWS, {"mark": mark})).scalar_one())

    return count


@asynccontextmanager
async def intake(ground: Ground, role: str = "api") -> AsyncIterator[Process]:
    """Intake on a database of its own."""
    async with ground.database() as url, serving(url, "intake", role) as process:
        yield process


@asynccontextmanager
async def ours(ground: Ground, role: str = "api", *, rate: float = 0.0) -> AsyncIterator[Side]:
    """Single leads, each answered when it is on disk."""
    async with ground.database() as url, serving(url, "intake", role) as process:
        yield Side("ours", Load(ground, process, rate=rate), rows_of(url))


@asynccontextmanager
async def one_each(ground: Ground) -> AsyncIterator[Side]:
    """The same endpoint, with the same rules and promises, that commits each request by itself."""
    alone = {"FUNNELCAST_COMMANDS_IN_A_TRANSACTION": "1"}
    async with ground.database() as url, serving(url, "intake", **alone) as process:
        yield Side("one transaction each", Load(ground, process), rows_of(url))


@asynccontextmanager
async def echo(ground: Ground) -> AsyncIterator[Side]:
    async with program("tests.bench.endpoints", "/ready", "echo") as process:
        yield Side("echo endpoint", Load(ground, process))


@asynccontextmanager
async def usual(ground: Ground) -> AsyncIterator[Side]:
    async with ground.database() as url:
        async with connected(url) as engine:
            for statement in PREPARE:
                await command(engine, statement)
        async with program("tests.bench.endpoints", "/ready", "transaction", "--postgres", url) as process:
            yield Side("as it is usually written", Load(ground, process), rows_of(url))
