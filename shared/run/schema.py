"""The tables that hold events and keys: migrated by Alembic, and checked before a service starts."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('funnelcast migrate'))")
COMMON = "access"
"""The schema that holds the version of the shared schemas `access`, `exchange` and `log`."""


class WrongSchema(Exception):
    """The database is not at this code's version; the text says what to do."""


class NewerSchema(WrongSchema):
    """The database was migrated by a newer version: a process that is running may go on, but none may start."""


def config(connection: Connection, kind: str, schema: str) -> Config:
    """`kind`: `store` for a service's schema, `common` for the shared ones."""
    alembic = Config(attributes={"connection": connection, "schema": schema})
    alembic.set_main_option("script_location", str(MIGRATIONS / kind).replace("%", "%%"))
    return alembic


@cache
def revisions(kind: str) -> Sequence[str]:
    """The newest first. Read from the files once."""
    script = ScriptDirectory(str(MIGRATIONS / kind))
    return [revision.revision for revision in script.walk_revisions()]


async def migrate(engine: AsyncEngine, services: Sequence[str]) -> None:
    """Applies the missing revisions in one transaction."""
    async with engine.begin() as tx:
        await tx.execute(LOCK)
        for kind, schema in kinds(services):
            await tx.execute(CreateSchema(schema, if_not_exists=True))
            await tx.run_sync(upgrade, kind, schema)


def kinds(services: Sequence[str]) -> list[tuple[str, str]]:
    return [("common", COMMON), *(("store", service) for service in services)]


def upgrade(connection: Connection, kind: str, schema: str) -> None:
    connection.execute(text(f'SET LOCAL search_path TO "{schema}"'))
    command.upgrade(config(connection, kind, schema), "head")


async def check(engine: AsyncEngine, services: Sequence[str]) -> None:
    """Raises `WrongSchema` unless every schema is at this code's version."""
    async with engine.connect() as connection:
        for kind, schema in kinds(services):
            await connection.run_sync(check_revision, kind, schema)


def check_revision(connection: Connection, kind: str, schema: str) -> None:
    found = MigrationContext.configure(connection, opts={"version_table_schema": schema}).get_current_revision()
    latest, *earlier = revisions(kind)
    if found == latest:
        return
    if found is None or found in earlier:
        raise WrongSchema(f"the schema {schema} is older than this code: run `funnelcast migrate`")
    raise NewerSchema(f"the schema {schema} is newer ({found}) than this code: start the newer version of funnelcast")
