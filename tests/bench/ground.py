"""The servers of the measures: one durable Postgres, one Kafka when there can be, databases, and processes under
test."""

import asyncio
import itertools
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.embedded_postgres.server import Server, embedded_postgres, free_port
from shared.store import engines
from tests.bench.rounds import Rounds
from tests.bench.sizes import Sizes
from tests.kafka import OurBroker, can_start
from tests.running import connected, make_key, migrated

COMMAND = (sys.executable, "-c", "from funnelcast.main import main; main()")
BLIND = "a key for benchmarks that is long enough"
ADMIN = "an admin key for benchmarks that is long enough"
TEMPLATE = "bench_template"
PATIENCE = 60.0
ENDING = 20.0


class Missing(Exception):
    """A measure needs something that is not on this machine; the text names it."""


@dataclass
class Ground:
    """The servers for one run of the benchmarks. `report`: takes a line about the progress."""

    folder: Path
    sizes: Sizes
    report: Callable[[str], None]
    server: Server
    stack: AsyncExitStack
    broker: OurBroker | None = None
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def rounds(self) -> Rounds:
        return Rounds(self.sizes.rounds, self.sizes.warm, self.report)

    def number(self) -> int:
        """Another one each time."""
        return next(self.numbers)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The URL of one at this code's version, without a row."""
        name = f"bench_{self.number()}"
        async with connected(self.server.url) as engine:
            await command(engine, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            try:
                yield f"{self.server.url.rpartition('/')[0]}/{name}"
            finally:
                await command(engine, f"DROP DATABASE {name} WITH (FORCE)")

    async def kafka(self) -> str:
        """The address of Kafka, which is started when it is first needed."""
        if self.broker is None:
            if not await asyncio.to_thread(can_start):
                raise Missing("a real Kafka needs Java 17 and Maven (`make kafka`)")
            folder = self.folder / "kafka"
            folder.mkdir()
            self.broker = OurBroker(folder)
            self.stack.callback(self.broker.kill)
            await asyncio.to_thread(self.broker.start)
        return self.broker.address


@asynccontextmanager
async def standing(folder: Path, sizes: Sizes, report: Callable[[str], None]) -> AsyncIterator[Ground]:
    """Postgres as the product runs it: commits are durable."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(embedded_postgres(folder / "data"))
        template = f"{server.url.rpartition('/')[0]}/{TEMPLATE}"
        async with connected(server.url) as engine:
            await command(engine, f"CREATE DATABASE {TEMPLATE}")
        await migrated(template)
        yield Ground(folder, sizes, report, server, stack)


async def analyse(url: str) -> None:
    """Statistics of all tables, as a store has them after some minutes: without them, other plans are measured."""
    async with connected(url) as engine:
        await command(engine, "ANALYZE")


async def command(engine: AsyncEngine, statement: str) -> None:
    """Outside of a transaction."""
    async with engine.connect() as tx:
        await (await tx.execution_options(isolation_level="AUTOCOMMIT")).execute(text(statement))


@asynccontextmanager
async def writing(url: str, search_path: str) -> AsyncIterator[AsyncEngine]:
    """An engine for writes, as a service has it."""
    engine = engines.writer(url, search_path, connections=6)
    try:
        yield engine
    finally:
        await engine.dispose()


# -- processes under test --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """`key`: one that may do everything."""

    address: str
    key: str
    ps: psutil.Process

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=60, trust_env=False)


@asynccontextmanager
async def serving(url: str, service: str, role: str = "api", **more: str) -> AsyncIterator[Process]:
    """One service in a process of its own, as soon as it answers. Its read models may be behind."""
    more |= {"FUNNELCAST_POSTGRES": url, "FUNNELCAST_BLIND_INDEX_KEY": BLIND, "FUNNELCAST_LOG_LEVEL": "warning"}
    command = [*COMMAND, "serve", service, "--role", role]
    async with started(command, f"/{service}/healthz", **more) as (address, ps):
        yield Process(address, await make_key(url), ps)


@asynccontextmanager
async def apart(url: str, services: Collection[str], *, kafka: str | None = None) -> AsyncIterator[dict[str, Process]]:
    """Each in a process of its own, all started at once."""
    more = {"FUNNELCAST_KAFKA": kafka} if kafka else {}
    async with AsyncExitStack() as stack:
        entering = (stack.enter_async_context(serving(url, name, "all", **more)) for name in services)
        yield dict(zip(services, await asyncio.gather(*entering), strict=True))


@asynccontextmanager
async def whole(url: str, *, kafka: str | None = None) -> AsyncIterator[Process]:
    """All four services in one process, when they are ready."""
    more = {"FUNNELCAST_KAFKA": kafka} if kafka else {}
    more |= {"FUNNELCAST_POSTGRES": url, "FUNNELCAST_BLIND_INDEX_KEY": BLIND, "FUNNELCAST_LOG_LEVEL": "warning"}
    async with started([*COMMAND, "up"], "/forecast/readyz", **more, FUNNELCAST_ADMIN_KEY=ADMIN) as (address, ps):
        yield Process(address, ADMIN, ps)


@asynccontextmanager
async def program(module: str, ready: str, *arguments: str) -> AsyncIterator[Process]:
    """A baseline that is a program of our own."""
    async with started([sys.executable, "-m", module, *arguments], ready) as (address, ps):
        yield Process(address, "none", ps)


@asynccontextmanager
async def started(command: list[str], ready: str, **env: str) -> AsyncIterator[tuple[str, psutil.Process]]:
    """A started process, as soon as `ready` answers 200; a `--port` of its own is added to the command."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *command, "--port", str(port), env=environment(**env), stdout=DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=address, trust_env=False) as client:
            while not await answers(client, ready):
                if process.returncode is not None:
                    raise RuntimeError(f"{' '.join(command[-4:])} ended with code {process.returncode}")
                await asyncio.sleep(0.02)
        yield address, psutil.Process(process.pid)
    finally:
        await end(process)


async def answers(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).status_code == 200
    except httpx.TransportError:
        return False


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDING):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def environment(**more: str) -> dict[str, str]:
    """No option of the product's in it but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FUNNELCAST_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2])} | more
