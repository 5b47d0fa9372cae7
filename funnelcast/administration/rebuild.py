"""`funnelcast rebuild`: a service's read models, built again from the events beside the live ones."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast import progress
from funnelcast.administration import database
from funnelcast.failure import Failed
from funnelcast.serving import runtime
from shared.flow import read_schema
from shared.flow.lease import LeaseLost, hold_lease, lease_engine
from shared.flow.log import Log
from shared.flow.projection import Projection
from shared.flow.rebuild import CannotRebuild, Rebuild, RebuildSource
from shared.flow.source import StoreSource
from shared.flow.topic import Hole, TopicSource
from shared.run import memory, schema
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import engines
from shared.store.signal import Signal

CONNECTIONS = 4
LEASE_TIMEOUT = 10.0
"""Seconds in which the lease of a rebuild that was just killed becomes free."""


async def rebuild(settings: Settings, service: Service, projection: str | None) -> str:
    """Builds one projection, or all of them, and returns a summary."""
    projections = select_projections(service, projection)
    name = f"{service.name}: {', '.join(each.name for each in projections)}"
    async with database.store_url(settings) as url, runtime.open_log(settings, url) as log:
        async with database.connect(url) as engine:
            await schema.check(engine, [service.name])
        try:
            with progress.progress_bar() as report:
                memory.freeze_loaded_objects()
                async with exclusive(url, service), open_sources(url, service, projections, log) as (engine, sources):
                    report_part = partial(report, f"rebuilding {name}")
                    await Rebuild(engine, service.read_models, projections, sources, report_part).run()
        except (CannotRebuild, Hole) as error:
            raise Failed(f"{service.name} cannot be rebuilt: {error}") from None
    return f"{name} was rebuilt"


def select_projections(service: Service, name: str | None) -> Sequence[Projection]:
    """All projections when there is no name."""
    selected = [each for each in service.projections if name in (None, each.name)]
    if not selected:
        known = ", ".join(each.name for each in service.projections)
        raise Failed(f"{service.name} has no projection {name}; it has {known}")
    return selected


@asynccontextmanager
async def exclusive(url: str, service: Service) -> AsyncIterator[None]:
    """Hold the lease of the rebuild: no other rebuild of these tables begins, and no start of the service drops
    them."""
    engine = lease_engine(url)
    try:
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(LEASE_TIMEOUT):
                    lease = hold_lease(engine, read_schema.rebuild_schema(service.read_models))
                    await stack.enter_async_context(lease)
            except TimeoutError:
                raise Failed(f"{service.name} is being rebuilt already") from None
            yield
    except* LeaseLost:
        raise Failed("the connection to the database was lost; the read models are as they were") from None
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_sources(
    url: str, service: Service, projections: Sequence[Projection], log: Log
) -> AsyncIterator[tuple[AsyncEngine, Mapping[str, RebuildSource]]]:
    """An engine, and the sources of these projections: the service's own store, and the topics of other services."""
    search_path = f"{service.name},{read_schema.rebuild_schema(service.read_models)}"
    engine = engines.writer(url, search_path, connections=CONNECTIONS)
    topics = {one.source: TopicSource(log, one.topic, one.source) for one in service.upstream}
    sources = topics | {service.name: StoreSource(engine, Signal())}
    needed = {source for each in projections for source in each.applies}
    try:
        yield (
            engine,
            {name: RebuildSource(sources[name], parse) for name, parse in service.parsers.items() if name in needed},
        )
    finally:
        for topic in topics.values():
            await topic.aclose()
        await engine.dispose()
