"""Tables that are not derived: brought to this code's version by Alembic, checked before anything is served."""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

MIGRATIONS = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('funnelcast migrate'))")
COMMON = "access"
"""The schema that keeps the version of what all services share: `access`, `exchange`, `log`."""


class WrongSchema(Exception):
    """The database is not at this code's version; the text says what to do."""


class NewerSchema(WrongSchema):
    """Made by a newer version: no start on it, but who is running goes on beside that version."""


def config(connection: Connection, kind: str, schema: str) -> Config:
    """`kind`: `store` for a service's own schema, `common` for the shared ones."""
    alembic = Config(attributes={"connection": connection, "schema": schema})
    alembic.set_main_option("script_location", str(MIGRATIONS / kind).replace("%", "%%"))
    return alembic


async def migrate(engine: AsyncEngine, services: Sequence[str]) -> None:
    """Creates what is missing, in one transaction; a database that is up to date stays as it is."""
    async with engine.begin() as tx:
        await tx.execute(ONE_AT_A_TIME)
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
            await connection.run_sync(must_be_current, kind, schema)


def must_be_current(connection: Connection, kind: str, schema: str) -> None:
    script = ScriptDirectory.from_config(config(connection, kind, schema))
    found = MigrationContext.configure(connection, opts={"version_table_schema": schema}).get_current_revision()
    if found == script.get_current_head():
        return
    known = {revision.revision for revision in script.walk_revisions()}
    if found is None or found in known:
        raise WrongSchema(f"the schema {schema} is older than this code: run `funnelcast migrate`")
    raise NewerSchema(f"the schema {schema} is newer ({found}) than this code: start the newer version of funnelcast")
