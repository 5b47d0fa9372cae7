"""The tables of a service's read models: one schema for each version of them, made when first needed."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema, DropSchema

from shared.flow import checkpoint, parked
from shared.flow.lease import is_free
from shared.flow.projection import Projection

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('funnelcast read models'), hashtext(:schema))")
EXISTS = text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")
OF_FAMILY = text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern AND nspname <> :but ORDER BY nspname")
IN_USE = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name")


def name_prefix(schema: str) -> str:
    """What the names of all versions begin with."""
    return schema.rpartition("_")[0] + "_"


def rebuild_schema(schema: str) -> str:
    """Where it is built anew."""
    return f"{schema}_rebuild"


async def ensure_tables(engine: AsyncEngine, schema: str, projections: Sequence[Projection]) -> None:
    """New tables are filled from the beginning. What an interrupted rebuild left behind goes."""
    async with engine.begin() as tx:
        there = await exists_locked(tx, schema)
        if await is_free(tx, rebuild_schema(schema)):
            await drop(tx, rebuild_schema(schema))
        if there:
            return
        await parked.begin_subscription(tx, schema, name_prefix(schema))
        await checkpoint.delete_subscription(tx, schema)
        await create_tables(tx, schema, projections)


async def exists_locked(tx: AsyncConnection, schema: str) -> bool:
    """Nobody else makes or drops it until this transaction ends."""
    await tx.execute(ONE_AT_A_TIME, {"schema": schema})
    return await exists(tx, schema)


async def exists(tx: AsyncConnection, schema: str) -> bool:
    return bool((await tx.execute(EXISTS, {"schema": schema})).scalar_one())


async def create_tables(tx: AsyncConnection, schema: str, projections: Sequence[Projection]) -> None:
    """Tables name no schema: while they are made, theirs is the only one to be seen."""
    await tx.execute(CreateSchema(schema))
    await tx.execute(text(f'SET LOCAL search_path TO "{schema}"'))
    for projection in projections:
        await tx.run_sync(projection.tables.create_all)


async def drop(tx: AsyncConnection, schema: str) -> None:
    await tx.execute(DropSchema(schema, cascade=True, if_exists=True))


# -- versions that nobody serves any more ------------------------------------------------------------------------


async def other_versions(tx: AsyncConnection, schema: str) -> list[str]:
    """Schemas of the other versions."""
    pattern = f"^{name_prefix(schema)}[0-9a-f]{{8}}$"
    return list((await tx.execute(OF_FAMILY, {"pattern": pattern, "but": schema})).scalars())


async def is_in_use(tx: AsyncConnection, schema: str) -> bool:
    """Whether a process serves or builds it: its connections tell."""
    return bool((await tx.execute(IN_USE, {"name": f"funnelcast {schema}"})).scalar_one())


async def drop_version(tx: AsyncConnection, schema: str) -> None:
    """Drops a version with all that belongs to it, but for its skips, which every later version obeys."""
    await exists_locked(tx, schema)
    for each in (rebuild_schema(schema), schema):
        await drop(tx, each)
    await parked.delete_subscription(tx, schema)
    await checkpoint.delete_subscription(tx, schema)
