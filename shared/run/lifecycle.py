"""The life of a service in a process: what starts, what runs as long as it lives, and the order in which it stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import read_schema
from shared.flow.log import Log, LogUnavailable
from shared.flow.watermark import Watermark
from shared.rules.reaction import REACTIONS
from shared.rules.target import TargetPolicy
from shared.run import schema
from shared.run.application import make_application
from shared.run.readiness import CatchUpGoal, Readiness
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.telemetry import Metrics
from shared.run.token_settings import make_caller_by_token
from shared.run.watchdog import watch_event_loop
from shared.run.worker import Worker
from shared.store import engines
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.store.watch import StoreWatch
from shared.web.caches.applied import AppliedPositions
from shared.web.caches.tail import Tail
from shared.web.callers.access import Access
from shared.web.callers.open_requests import OpenRequests
from shared.web.callers.places import Places
from shared.web.callers.tree_age import TreeAge, own_watermark
from shared.web.feed.routes import server_sent_event
from shared.web.outgoing.receivers import Outgoing
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class Engines:
    """The engines of one service: `writes` for its store and read models, `reads` for one database snapshot per
    transaction."""

    writes: AsyncEngine
    reads: AsyncEngine


@asynccontextmanager
async def run_service(service: Service, resources: Resources, *, work: bool = True) -> AsyncIterator[FastAPI]:
    """Yields the application while the background tasks run; a task that fails cancels the body.

    After the body: accepted commands are committed, the consumers' current batches are rolled back, leases are
    released, and connections close. `work`: whether this process relays, projects and reacts.
    """
    async with open_engines(service, resources) as engines:
        goal = await prepare(service, engines)
        context, metrics = make_context(service, resources, engines), Metrics()
        worker = make_worker(service, resources, engines, context, metrics)
        ready = Readiness(service, context, resources.log, worker, metrics, goal)
        app = make_application(service, context, ready, metrics, resources.settings)
        async with background_tasks(context, metrics, worker if work else None):
            yield app
            await context.committer.queue.join()


@asynccontextmanager
async def open_engines(service: Service, resources: Resources) -> AsyncIterator[Engines]:
    search_path, connections = f"{service.name},{service.read_models}", resources.settings.connections
    async with AsyncExitStack() as stack:
        writes = engines.writer(resources.postgres, search_path, connections=connections)
        stack.push_async_callback(writes.dispose)
        reads = engines.reader(resources.postgres, search_path, connections=connections)
        stack.push_async_callback(reads.dispose)
        yield Engines(writes, reads)


async def prepare(service: Service, engines: Engines) -> CatchUpGoal:
    """Raises `WrongSchema`."""
    await schema.check(engines.reads, [service.name])
    await read_schema.ensure_tables(engines.writes, service.read_models, service.projections)
    return await CatchUpGoal.find(engines.reads, service)


def make_context(service: Service, resources: Resources, engines: Engines) -> ServiceContext:
    store_changed, access = Signal(), Access(engines.reads, resources.clock_and_ids.now)
    committer = Committer(
        engines.writes,
        resources.clock_and_ids,
        store_changed,
        waiting=resources.settings.waiting_commands,
        batch=resources.settings.commands_in_a_transaction,
    )
    return ServiceContext(
        service=service.name,
        committer=committer,
        reads=engines.reads,
        clock_and_ids=resources.clock_and_ids,
        blind_index=resources.blind_index,
        read_models=service.read_models,
        projected_sources=service.projected_sources,
        reacted_sources=frozenset(service.reacts_to),
        store_changed=store_changed,
        read_models_applied=AppliedPositions(engines.reads, service.read_models),
        reactions_applied=AppliedPositions(engines.reads, REACTIONS),
        tail=Tail(engines.reads, store_changed, partial(server_sent_event, service.name)),
        outgoing=make_outgoing(resources),
        access=access,
        open_requests=OpenRequests(access),
        stopping=asyncio.Event(),
        places=make_places(service, resources, engines.reads),
        caller_by_token=make_caller_by_token(resources.settings),
    )


def make_places(service: Service, resources: Resources, reads: AsyncEngine) -> Places | None:
    if service.organisation is None:
        return None
    source = service.organisation.source
    is_own = source == service.name
    watermark = partial(own_watermark, reads) if is_own else partial(log_watermark, resources.log, source)
    return Places(service.organisation, service.read_models, TreeAge(reads, service.read_models, source, watermark))


async def log_watermark(log: Log, source: str) -> Watermark | None:
    """The watermark of the log; None while the log is unavailable."""
    try:
        return await log.watermark(source)
    except LogUnavailable:
        return None


def make_outgoing(resources: Resources) -> Outgoing:
    policy = TargetPolicy.of(resources.settings.webhook_http, resources.settings.webhook_networks)
    return Outgoing(policy, resources.clock_and_ids.now)


def make_worker(
    service: Service, resources: Resources, engines: Engines, context: ServiceContext, metrics: Metrics
) -> Worker:
    signals = context.store_changed, context.read_models_applied.wake
    return Worker(service, resources, engines.writes, *signals, metrics, context.outgoing, context.places)


@asynccontextmanager
async def background_tasks(context: ServiceContext, metrics: Metrics, worker: Worker | None) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        applied = context.read_models_applied, context.reactions_applied
        store_watch = StoreWatch(context.reads, context.store_changed)
        runs = context.committer, context.tail, context.open_requests, store_watch, *applied
        serving = [tasks.create_task(each.run()) for each in runs]
        if context.places is not None:
            serving.append(tasks.create_task(context.places.age.run()))
        serving.append(tasks.create_task(watch_event_loop(metrics.loop_late)))
        working = tasks.create_task(worker.run()) if worker else None
        try:
            yield
        finally:
            for each in serving:
                each.cancel()
            if worker and working:
                worker.stop(working)
