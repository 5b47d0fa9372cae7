"""Real services in the test's own process, on the embedded log, with a client that may do everything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from funnelcast.serving import services as all_services
from funnelcast.serving.services import SCOPES
from shared.flow import read_schema
from shared.flow.log import Log
from shared.flow.log.postgres import PostgresLog
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import schema
from shared.run.process import Server, make_server, route_by_prefix, run_services
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import engines
from shared.store.aliases import BlindIndex
from shared.web.callers import access

T = TypeVar("T")
LOCAL = "127.0.0.0/8"
PATIENT = Settings(
    connections=4,
    port=0,
    unknown_keys_per_minute=0,
    open_requests_per_second=0,
    webhook_http=True,
    webhook_networks=LOCAL,
)
"""Tests all come from one address, and their receivers of webhooks are on this machine."""
BLIND = BlindIndex(b"a key for tests that is long enough")
NAMESPACE = UUID("5d0c3a51-3e10-4f2b-9a7c-b9b6a1b1f001")
SERVICES = ("intake", "qualification", "pipeline", "forecast")
PARTITIONS = 12
TOPICS = tuple(f"funnelcast.{name}.v1" for name in ("lead-intake", "qualification", "pipeline", "forecast"))


@dataclass
class Clock:
    """Moves when it is told, and ids count: the same test gives the same events."""

    instant: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    ids: int = field(default=0)

    def now(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)

    def new_id(self) -> UUID:
        self.ids += 1
        return uuid5(NAMESPACE, str(self.ids))

    def clock_and_ids(self) -> ClockAndIds:
        return ClockAndIds(self.now, self.new_id)


@asynccontextmanager
async def connected(url: str, *, search_path: str | None = None) -> AsyncIterator[AsyncEngine]:
    """A connection for the test's own queries."""
    options = {"server_settings": {"search_path": search_path}} if search_path else {}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=options)
    try:
        yield engine
    finally:
        await engine.dispose()


async def make_key(url: str, scopes: Collection[str] = SCOPES, *, name: str = "tester", **more: Any) -> str:
    async with connected(url) as engine, engine.begin() as tx:
        return await access.create(tx, ClockAndIds().new_id(), name, scopes, **more)


async def migrated(url: str) -> None:
    async with connected(url) as engine:
        await schema.migrate(engine, SERVICES)


async def prepared(url: str) -> None:
    """Topics and empty read models, which services would otherwise make at their first start."""
    async with embedded_log(url) as log:
        for topic in TOPICS:
            await log.create_topic(topic, PARTITIONS)
    for service in all_services.SERVICES.values():
        async with connected(url, search_path=service.name) as engine:
            await read_schema.ensure_tables(engine, service.read_models, service.projections)


@asynccontextmanager
async def embedded_log(url: str) -> AsyncIterator[PostgresLog]:
    engine = engines.writer(url, "log", connections=8)
    try:
        yield PostgresLog(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def running_services(
    url: str,
    services: Sequence[Service],
    *,
    clock_and_ids: ClockAndIds | None = None,
    log: Log | None = None,
    scopes: Collection[str] = SCOPES,
    work: bool = True,
    settings: Settings = PATIENT,
) -> AsyncIterator[httpx.AsyncClient]:
    """Makes the topics, runs the services and yields a client with a key of these scopes."""
    async with running_apps(url, services, clock_and_ids=clock_and_ids, log=log, work=work, settings=settings) as apps:
        headers = {"Authorization": f"Bearer {await make_key(url, scopes)}"}
        transport = httpx.ASGITransport(route_by_prefix(apps))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield client


@asynccontextmanager
async def running_apps(
    url: str,
    services: Sequence[Service],
    *,
    clock_and_ids: ClockAndIds | None = None,
    log: Log | None = None,
    work: bool = True,
    settings: Settings = PATIENT,
) -> AsyncIterator[Mapping[str, FastAPI]]:
    async with embedded_log(url) as embedded:
        chosen = log or embedded
        for topic in TOPICS:
            await chosen.create_topic(topic, PARTITIONS)
        resources = Resources(url, chosen, settings, BLIND, clock_and_ids or ClockAndIds())
        async with run_services(services, resources, work=work) as apps:
            yield apps


@asynccontextmanager
async def served_services(
    url: str,
    services: Sequence[Service],
    *,
    clock_and_ids: ClockAndIds | None = None,
    log: Log | None = None,
    settings: Settings = PATIENT,
) -> AsyncIterator[tuple[httpx.AsyncClient, Server]]:
    """The same behind a real port: for what streams, and for commands."""
    async with running_apps(url, services, clock_and_ids=clock_and_ids, log=log, settings=settings) as apps:
        headers = {"Authorization": f"Bearer {await make_key(url)}"}
        serving = make_server(apps, settings)
        task = asyncio.ensure_future(serving.serve())
        try:
            await eventually(lambda: started(serving))
            port = serving.servers[0].sockets[0].getsockname()[1]
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
                yield client, serving
        finally:
            serving.stop()
            await task


async def started(serving: Server) -> bool:
    return serving.started


async def within(seconds: float, awaited: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await awaited


async def eventually(condition: Any, *, seconds: float = 60) -> Any:
    """The first true answer of an async condition; fails the test when there is none in time."""
    end = asyncio.get_running_loop().time() + seconds
    while not (answer := await condition()):
        assert asyncio.get_running_loop().time() < end, f"{condition} did not become true"
        await asyncio.sleep(0.02)
    return answer


async def post_until_answered(api: httpx.AsyncClient, path: str, body: Any, **headers: str) -> httpx.Response:
    """Posts until the answer is no 503: on a busy machine some of many requests at once are refused."""
    while (answer := await api.post(path, json=body, headers=headers)).status_code == 503:
        assert "Retry-After" in answer.headers
    return answer


def fresh(response: httpx.Response, *, wait: int = 30) -> dict[str, str]:
    """Headers that ask a read to include this write."""
    return {"X-Min-Position": response.headers["X-Position"], "Prefer": f"wait={wait}"}
