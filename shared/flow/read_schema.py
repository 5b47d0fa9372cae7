"""The database schemas that hold a service's read models: one for each version of its projections."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema, DropSchema

from shared.flow import checkpoint, parked, watermark
from shared.flow.lease import is_free
from shared.flow.projection import Projection

LOCK = text("SELECT pg_advisory_xact_lock(hashtext('funnelcast read models'), hashtext(:schema))")
EXISTS = text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")
OTHER_VERSIONS = text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern AND nspname <> :but ORDER BY nspname")
PATIENCE = text("SET LOCAL idle_in_transaction_session_timeout TO '60s'")
"""The event loop of a process that starts stands still for seconds on a busy machine, while modules and applications of
other services load. Writers' shorter limit is for those that others wait for: here only another start waits."""
IN_USE = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name")


def name_prefix(schema: str) -> str:
    """The part of the name that all versions have in common."""
    return schema.rpartition("_")[0] + "_"


def rebuild_schema(schema: str) -> str:
    """The schema in which a rebuild of this one is made."""
    return f"{schema}_rebuild"


async def ensure_tables(engine: AsyncEngine, schema: str, projections: Sequence[Projection]) -> None:
    """Creates the tables if the schema is missing: consumers fill them from the first event. Drops the remains of an
    interrupted rebuild."""
    async with engine.begin() as tx:
        is_there = await exists_locked(tx, schema)
        if await is_free(tx, rebuild_schema(schema)):
            await drop(tx, rebuild_schema(schema))
        if is_there:
            return
        await parked.begin_subscription(tx, schema, name_prefix(schema))
        await checkpoint.delete_subscription(tx, schema)
        await watermark.delete_subscription(tx, schema)
        await create_tables(tx, schema, projections)


async def exists_locked(tx: AsyncConnection, schema: str) -> bool:
    """Whether the schema exists. Until this transaction ends, no other process creates or drops it."""
    await tx.execute(PATIENCE)
    await tx.execute(LOCK, {"schema": schema})
    return await exists(tx, schema)


async def exists(tx: AsyncConnection, schema: str) -> bool:
    return bool((await tx.execute(EXISTS, {"schema": schema})).scalar_one())


async def create_tables(tx: AsyncConnection, schema: str, projections: Sequence[Projection]) -> None:
    """The tables name no schema: they are created in the only one of the search path."""
    await tx.execute(PATIENCE)
    await tx.execute(CreateSchema(schema))
    await tx.execute(text(f'SET LOCAL search_path TO "{schema}"'))
    for projection in projections:
        await tx.run_sync(projection.tables.create_all)


async def drop(tx: AsyncConnection, schema: str) -> None:
    await tx.execute(DropSchema(schema, cascade=True, if_exists=True))


# -- versions that no process serves any more ---------------------------------------------------------------------


async def other_versions(tx: AsyncConnection, schema: str) -> list[str]:
    """The schemas of the other versions of these read models."""
    pattern = f"^{name_prefix(schema)}[0-9a-f]{{8}}$"
    return list((await tx.execute(OTHER_VERSIONS, {"pattern": pattern, "but": schema})).scalars())


async def is_in_use(tx: AsyncConnection, schema: str) -> bool:
    """Whether a process serves or builds it: its connections are named after the schema."""
    return bool((await tx.execute(IN_USE, {"name": f"funnelcast {schema}"})).scalar_one())


async def drop_version(tx: AsyncConnection, schema: str) -> None:
    """Drops a version with its checkpoints and parked keys. Its skipped events stay, for every later version."""
    await exists_locked(tx, schema)
    for each in (rebuild_schema(schema), schema):
        await drop(tx, each)
    for owner in (parked, checkpoint, watermark):
        await owner.delete_subscription(tx, schema)
