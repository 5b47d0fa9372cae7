"""A service serves only the schema that its code knows."""

import pytest
from sqlalchemy import text

from services.pipeline.service import SERVICE
from shared.flow.log import tables as log_tables
from shared.run import schema
from shared.run.schema import WrongSchema
from shared.store import event_store, vault
from shared.web.callers import access
from tests.running import SERVICES, connected, migrated, running_services

METADATA = (event_store.metadata, vault.shared_texts_metadata, log_tables.metadata, access.access_metadata)
TABLES = [table for each in METADATA for table in each.sorted_tables]


async def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    await migrated(empty_database)
    await migrated(empty_database)
    async with connected(empty_database) as engine:
        await schema.check(engine, SERVICES)


async def test_an_empty_database_is_older_and_says_what_to_do(empty_database: str) -> None:
    async with connected(empty_database) as engine:
        with pytest.raises(WrongSchema, match="funnelcast migrate"):
            await schema.check(engine, ["pipeline"])


async def test_a_newer_schema_is_refused(empty_database: str) -> None:
    await migrated(empty_database)
    async with connected(empty_database) as engine:
        async with engine.begin() as tx:
            await tx.execute(text("UPDATE pipeline.alembic_version SET version_num = '9999'"))
        with pytest.raises(WrongSchema, match="newer"):
            await schema.check(engine, ["pipeline"])


async def test_the_tables_are_what_the_code_reads_and_writes(empty_database: str) -> None:
    """The migrations and the code's own description of its tables must not drift apart."""
    await migrated(empty_database)
    async with connected(empty_database) as engine, engine.connect() as tx:
        for table in TABLES:
            query = text("""SELECT column_name, is_nullable FROM information_schema.columns
                WHERE table_schema = :schema AND table_name = :name""")
            query = query.bindparams(schema=table.schema or "pipeline", name=table.name)
            found = {row[0]: row[1] == "YES" for row in await tx.execute(query)}
            assert found == {column.name: column.nullable for column in table.columns}, table.name


async def test_two_versions_of_read_models_do_not_share_tables(database: str) -> None:
    async with running_services(database, [SERVICE]):
        pass
    async with connected(database) as engine, engine.connect() as tx:
        found = (await tx.execute(text("SELECT nspname FROM pg_namespace"))).scalars()
        assert SERVICE.read_models in set(found)
