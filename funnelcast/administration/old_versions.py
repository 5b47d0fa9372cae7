"""`funnelcast rebuild --drop-old`: read models of versions that no process serves any more are dropped."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.administration import database
from shared.flow import checkpoint, read_schema
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings


async def drop_old_versions(settings: Settings, services: Sequence[Service]) -> list[str]:
    """Drops old versions, and returns a line for each."""
    lines = []
    async with database.store_url(settings) as url:
        for service in services:
            async with database.connect(url, search_path=service.name) as engine:
                await schema.check(engine, [service.name])
                lines += [await drop_if_unused(engine, service, old) for old in await other_versions(engine, service)]
    return lines


async def other_versions(engine: AsyncEngine, service: Service) -> list[str]:
    async with engine.connect() as tx:
        return await read_schema.other_versions(tx, service.read_models)


async def drop_if_unused(engine: AsyncEngine, service: Service, old: str) -> str:
    async with engine.begin() as tx:
        if await read_schema.is_in_use(tx, old):
            return f"{old} stays: a process serves it"
        if not await is_overtaken(tx, service, old):
            return f"{old} stays: {service.read_models} has not come as far yet"
        await read_schema.drop_version(tx, old)
    return f"{old} is dropped"


async def is_overtaken(tx: AsyncConnection, service: Service, old: str) -> bool:
    """Whether this version has applied at least what the old one has, so that no client meets an older state."""
    if not await read_schema.exists_locked(tx, service.read_models):
        return False
    present = await checkpoint.positions(tx, service.read_models)
    former = await checkpoint.positions(tx, old)
    return all(
        present.get(source, 0) >= position for source, position in former.items() if source in service.projected_sources
    )
