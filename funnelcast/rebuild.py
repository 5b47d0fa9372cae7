"""`funnelcast rebuild`: a service's read models made anew beside the live ones; versions dropped that nobody serves."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast import database, progress, runtime
from funnelcast.failure import Failed
from shared.flow import checkpoint, read_schema
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
PATIENCE = 10.0
"""Seconds after which who holds the lease is not one that was just killed."""


async def rebuild(settings: Settings, service: Service, named: str | None) -> str:
    """Says what was done."""
    projections = chosen(service, named)
    what = f"{service.name}: {', '.join(each.name for each in projections)}"
    async with database.store(settings) as url, runtime.log_of(settings, url) as log:
        async with database.connected(url) as engine:
            await schema.check(engine, [service.name])
        try:
            with progress.shown() as tell:
                memory.freeze_loaded_objects()
                async with alone(url, service), following(url, service, projections, log) as (engine, followed):
                    told = partial(tell, f"rebuilding {what}")
                    await Rebuild(engine, service.read_models, projections, followed, told).run()
        except (CannotRebuild, Hole) as error:
            raise Failed(f"{service.name} cannot be rebuilt: {error}") from None
    return f"{what} was rebuilt"


def chosen(service: Service, named: str | None) -> Sequence[Projection]:
    found = [each for each in service.projections if named in (None, each.name)]
    if not found:
        known = ", ".join(each.name for each in service.projections)
        raise Failed(f"{service.name} has no projection {named}; it has {known}")
    return found


@asynccontextmanager
async def alone(url: str, service: Service) -> AsyncIterator[None]:
    """No other rebuild of these tables; a start of the service leaves this one alone."""
    engine = lease_engine(url)
    try:
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(PATIENCE):
                    held = hold_lease(engine, read_schema.rebuild_schema(service.read_models))
                    await stack.enter_async_context(held)
            except TimeoutError:
                raise Failed(f"{service.name} is being rebuilt already") from None
            yield
    except* LeaseLost:
        raise Failed("the database went away; the read models are as they were") from None
    finally:
        await engine.dispose()


@asynccontextmanager
async def following(
    url: str, service: Service, projections: Sequence[Projection], log: Log
) -> AsyncIterator[tuple[AsyncEngine, Mapping[str, RebuildSource]]]:
    """The sources of these projections, each from its beginning: the own one is the store, others are in the log."""
    search_path = f"{service.name},{read_schema.rebuild_schema(service.read_models)}"
    engine = engines.writer(url, search_path, connections=CONNECTIONS)
    topics = {one.source: TopicSource(log, one.topic, one.source) for one in service.upstream}
    sources = topics | {service.name: StoreSource(engine, Signal())}
    wanted = {source for each in projections for source in each.applies}
    try:
        yield (
            engine,
            {name: RebuildSource(sources[name], parse) for name, parse in service.parsers.items() if name in wanted},
        )
    finally:
        for topic in topics.values():
            await topic.aclose()
        await engine.dispose()


# -- versions that nobody serves any more ------------------------------------------------------------------------


async def drop_old(settings: Settings, services: Sequence[Service]) -> list[str]:
    """Says of each old version what became of it."""
    told = []
    async with database.store(settings) as url:
        for service in services:
            async with database.connected(url, search_path=service.name) as engine:
                await schema.check(engine, [service.name])
                told += [await dropped(engine, service, old) for old in await others(engine, service)]
    return told


async def others(engine: AsyncEngine, service: Service) -> list[str]:
    async with engine.connect() as tx:
        return await read_schema.other_versions(tx, service.read_models)


async def dropped(engine: AsyncEngine, service: Service, old: str) -> str:
    async with engine.begin() as tx:
        if await read_schema.is_in_use(tx, old):
            return f"{old} stays: a process serves it"
        if not await is_overtaken(tx, service, old):
            return f"{old} stays: {service.read_models} has not come as far yet"
        await read_schema.drop_version(tx, old)
    return f"{old} is dropped"


async def is_overtaken(tx: AsyncConnection, service: Service, old: str) -> bool:
    """Whoever comes from the old version must not meet an older state in this one."""
    if not await read_schema.exists_locked(tx, service.read_models):
        return False
    mine = await checkpoint.positions(tx, service.read_models)
    theirs = await checkpoint.positions(tx, old)
    return all(mine.get(source, 0) >= at for source, at in theirs.items() if source in service.projected_sources)
