"""A service at run time: what it is made of, what runs while it lives, in which order it stops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import read_schema
from shared.flow.log import Log
from shared.flow.projection import Projection, digest
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Parser
from shared.rules.reaction import React
from shared.run import schema
from shared.run.readiness import Building, Readiness
from shared.run.settings import Settings
from shared.run.telemetry import Metrics
from shared.run.worker import Worker
from shared.store import engines
from shared.store.aliases import BlindIndex
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.web import guard, health, openapi, operations, problems
from shared.web.access import Access
from shared.web.call import refuse_unknown_parameters
from shared.web.fast_path import FastPath, FastRoute
from shared.web.feed import server_sent_event
from shared.web.limits import CapacityLimit, Limits, RateLimit
from shared.web.service_context import REACTIONS, ServiceContext
from shared.web.tail import Tail


@dataclass(frozen=True)
class Upstream:
    """Another service whose events this one reads: the name of its positions, its topic, and the few fields."""

    source: str
    topic: str
    parse: Parser[Any]


@dataclass(frozen=True)
class Service:
    """`name` is at once the prefix of its URLs, the schema of its store and the source of its positions."""

    name: str
    topic: str
    parse: Parser[Any]
    routers: Sequence[APIRouter]
    projections: Sequence[Projection] = ()
    upstream: Sequence[Upstream] = ()
    react: React | None = None
    reacts_to: Sequence[str] = ()
    """Sources whose events reach `react`; the others only feed projections."""
    fast_routes: Sequence[str] = ()
    """Paths of the routes that take the short way (`shared/web/fast_path.py`)."""

    @property
    def read_models(self) -> str:
        """Names the tables of this version of the projections, and their subscription."""
        return f"{self.name}_read_{digest(self.projections)}"

    @property
    def subscriptions(self) -> tuple[str, str]:
        """Those of this code; what another version's read models followed is not its own."""
        return self.read_models, REACTIONS

    @property
    def parsers(self) -> dict[str, Parser[Any]]:
        """How the events of each source that the read models follow are read."""
        known = {self.name: self.parse} | {one.source: one.parse for one in self.upstream}
        return {source: parse for source, parse in known.items() if source in self.projected}

    @property
    def projected(self) -> frozenset[str]:
        return frozenset({self.name, *(source for each in self.projections for source in each.applies)})


@dataclass(frozen=True)
class Resources:
    """What all services of a process share."""

    postgres: str
    log: Log
    settings: Settings
    blind_index: BlindIndex
    clock_and_ids: ClockAndIds = field(default_factory=ClockAndIds)


@asynccontextmanager
async def run_service(service: Service, resources: Resources, *, work: bool = True) -> AsyncIterator[FastAPI]:
    """The app, with its background tasks alive; a task that dies cancels the body. On leaving: what was accepted is
    committed, consumers finish their batch, the relay gives its lease up, connections close."""
    search_path = f"{service.name},{service.read_models}"
    writes = engines.writer(resources.postgres, search_path, connections=resources.settings.connections)
    reads = engines.reader(resources.postgres, search_path, connections=resources.settings.connections)
    here, metrics = assembled(service, resources, writes, reads), Metrics()
    try:
        building = await prepared(service, writes, reads)
        worker = Worker(service, resources, writes, here.store_changed, here.read_models_changed, metrics)
        ready = Readiness(service, reads, resources.log, worker, here.committer, metrics, here.stopping, building)
        async with asyncio.TaskGroup() as tasks:
            serving = [tasks.create_task(each) for each in (here.committer.run(), here.tail.follow())]
            working = tasks.create_task(worker.run()) if work else None
            try:
                yield application(service, here, ready, metrics, limits(resources.settings))
                await here.committer.queue.join()
            finally:
                for each in serving:
                    each.cancel()
                if working is not None:
                    worker.stop(working)
    finally:
        await reads.dispose()
        await writes.dispose()


async def prepared(service: Service, writes: AsyncEngine, reads: AsyncEngine) -> Building:
    await schema.check(reads, [service.name])
    await read_schema.ensure_tables(writes, service.read_models, service.projections)
    return await Building.begin(reads, service)


def assembled(service: Service, resources: Resources, writes: AsyncEngine, reads: AsyncEngine) -> ServiceContext:
    store_changed = Signal()
    committer = Committer(
        writes,
        resources.clock_and_ids,
        store_changed,
        waiting=resources.settings.waiting_commands,
        batch=resources.settings.commands_in_a_transaction,
    )
    return ServiceContext(
        service.name,
        committer,
        reads,
        resources.clock_and_ids,
        resources.blind_index,
        service.read_models,
        service.projected,
        frozenset(service.reacts_to),
        store_changed,
        Signal(),
        Tail(reads, store_changed, partial(server_sent_event, service.name)),
        asyncio.Event(),
    )


def limits(settings: Settings) -> Limits:
    return Limits(
        RateLimit("key", settings.requests_per_second, 1),
        RateLimit("address", settings.unknown_keys_per_minute, 60),
        RateLimit("open", settings.open_requests_per_second, 1),
        CapacityLimit("requests", settings.requests_at_once),
        CapacityLimit("event streams", settings.streams_at_once),
        CapacityLimit("bytes of bodies", settings.body_bytes_at_once),
    )


def application(service: Service, here: ServiceContext, ready: Readiness, metrics: Metrics, limits: Limits) -> FastAPI:
    prefix = f"/{service.name}"
    app = FastAPI(
        title=f"Funnelcast {service.name}",
        version="1",
        openapi_url=f"{prefix}/openapi.json",
        docs_url=f"{prefix}/docs",
        swagger_ui_oauth2_redirect_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would log bodies that do not fit
    )
    app.state.context = here
    routers = [*service.routers, operations.router]
    for router in routers:
        app.include_router(router, prefix=f"{prefix}/v1", dependencies=[Depends(refuse_unknown_parameters)])
    app.include_router(health.router(ready, metrics.registry), prefix=prefix)
    problems.add_handlers(app)
    openapi.describe(app, routers, f"{prefix}/v1")
    open_paths = [f"{prefix}{path}" for path in ("/openapi.json", "/docs", "/readyz", "/metrics")]
    ways = {
        f"{prefix}/v1{path}": FastRoute.to(route)
        for path in service.fast_routes
        for route in fast_routes_of(routers, path)
    }
    app.add_middleware(FastPath, context=here, ways=ways)
    app.add_middleware(
        guard.Guard,
        access=Access(here.reads, here.clock_and_ids.now),
        new_id=here.clock_and_ids.new_id,
        count=metrics.count,
        alive_path=f"{prefix}/healthz",
        open_paths=open_paths,
        limits=limits,
    )
    return app


def fast_routes_of(routers: Sequence[APIRouter], path: str) -> list[APIRoute]:
    """Of a path that is posted to, the POST; else all there is."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    here = [route for route in routes if route.path == path]
    return [route for route in here if "POST" in (route.methods or ())] or here
