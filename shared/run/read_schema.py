"""The tables of a service's read models: one schema for each version of them, made when first needed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema

from shared.flow import checkpoint, parked
from shared.flow.projection import Projection

if TYPE_CHECKING:
    from shared.run.service import Service

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('funnelcast read models'), hashtext(:schema))")
EXISTS = text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")


async def ensure(engine: AsyncEngine, service: "Service") -> None:
    """New tables are filled from the beginning."""
    async with engine.begin() as tx:
        if await exists(tx, service.read_models):
            return
        await parked.begin(tx, service.read_models, f"{service.name}_read_")
        await checkpoint.forget(tx, service.read_models)
        await create(tx, service.read_models, service.projections)


async def exists(tx: AsyncConnection, schema: str) -> bool:
    """Nobody else makes or drops it until this transaction ends."""
    await tx.execute(ONE_AT_A_TIME, {"schema": schema})
    return bool((await tx.execute(EXISTS, {"schema": schema})).scalar_one())


async def create(tx: AsyncConnection, schema: str, projections: Sequence[Projection]) -> None:
    """Tables name no schema: while they are made, theirs is the only one to be seen."""
    await tx.execute(CreateSchema(schema))
    await tx.execute(text(f'SET LOCAL search_path TO "{schema}"'))
    for projection in projections:
        await tx.run_sync(projection.tables.create_all)
