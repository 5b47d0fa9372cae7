"""One Postgres role for each service: it uses its own schema, and only reads `access`. Two roles
belong to programs without a schema: the pages read keys and write sessions, and the access service writes keys.

Every `funnelcast migrate` grants the rights again, because there may be new tables. A service makes the schemas of its
read models by itself; those that another role made for it are transferred to it.
"""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.failure import Failed
from funnelcast.serving.services import SERVICES

EXISTS = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
LOGIN = text("SELECT format(:verb || ' ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
CONNECT = text("SELECT format('GRANT ' || :rights || ' ON DATABASE %I TO ', current_database())")
READ_SCHEMAS = text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern")
OWNS_SCHEMA = text("SELECT pg_get_userbyid(nspowner) = :role FROM pg_namespace WHERE nspname = :schema")
# Only tables of other owners: a change of owner locks the table, which a running system reads.
FOREIGN_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tableowner <> :role")
ALL = "SELECT, INSERT, UPDATE, DELETE"
SHARING_SERVICE, IMPORTING_SERVICE = "qualification", "pipeline"
"""The services that share texts and import them; every other service may only erase a person's shared texts."""
GRANTS = (
    "GRANT {role} TO CURRENT_USER",
    "GRANT USAGE ON SCHEMA access, exchange, {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA access TO {role}",
    "GRANT SELECT (subject), DELETE ON exchange.lent TO {role}",
    f"GRANT {ALL} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}",
    "REVOKE UPDATE, DELETE ON {schema}.events FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {role}",
)
ACCESS_GRANTS = (
    "GRANT {role} TO CURRENT_USER",
    "GRANT USAGE ON SCHEMA access TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA access TO {role}",
)
WITHOUT_SCHEMA = {
    "access": (*ACCESS_GRANTS, "GRANT INSERT, UPDATE ON access.keys TO {role}"),
    "pages": (*ACCESS_GRANTS, "GRANT INSERT, DELETE ON access.sessions TO {role}"),
}
"""Grants of the roles that have no schema of their own."""
LOG_GRANTS = (
    "GRANT USAGE ON SCHEMA log TO {role}",
    f"GRANT {ALL} ON ALL TABLES IN SCHEMA log TO {{role}}",
)


def role_of(service: str) -> str:
    return f"funnelcast_{service}"


async def create_roles(engine: AsyncEngine, passwords: Mapping[str, SecretStr], *, log_in_postgres: bool) -> None:
    """Creates the roles of these services; an existing role gets the password. `engine` must own the tables."""
    if unknown := sorted(passwords.keys() - SERVICES.keys() - WITHOUT_SCHEMA.keys()):
        raise Failed(f"FUNNELCAST_SERVICE_PASSWORDS: {', '.join(unknown)} is no service")
    async with engine.begin() as tx:
        for name, password in passwords.items():
            await create_role(tx, role_of(name), password.get_secret_value())
            if name in WITHOUT_SCHEMA:
                await grant_rights(tx, name, "CONNECT", WITHOUT_SCHEMA[name])
            else:
                log_grants = LOG_GRANTS if log_in_postgres else ()
                await grant_rights(tx, name, "CONNECT, CREATE", (*GRANTS, *shared_text_grants(name), *log_grants))
                await transfer_read_models(tx, name, role_of(name))


async def create_role(tx: AsyncConnection, role: str, password: str) -> None:
    exists = (await tx.execute(EXISTS, {"role": role})).scalar_one()
    values = {"verb": "ALTER" if exists else "CREATE", "role": role, "password": password}
    await tx.exec_driver_sql((await tx.execute(LOGIN, values)).scalar_one())


async def grant_rights(tx: AsyncConnection, name: str, database_rights: str, grants: Sequence[str]) -> None:
    role = role_of(name)
    await tx.exec_driver_sql((await tx.execute(CONNECT, {"rights": database_rights})).scalar_one() + role)
    for grant in grants:
        await tx.execute(text(grant.format(role=role, schema=name)))


def shared_text_grants(service: str) -> list[str]:
    right = {SHARING_SERVICE: "INSERT", IMPORTING_SERVICE: "SELECT"}.get(service)
    return [f"GRANT {right} ON exchange.lent TO {{role}}"] if right else []


async def transfer_read_models(tx: AsyncConnection, service: str, role: str) -> None:
    """Make the role the owner of every schema and table of the service's read models."""
    for schema in (await tx.execute(READ_SCHEMAS, {"pattern": f"^{service}_read_"})).scalars().all():
        values = {"schema": schema, "role": role}
        if not (await tx.execute(OWNS_SCHEMA, values)).scalar_one():
            await tx.execute(text(f'ALTER SCHEMA "{schema}" OWNER TO {role}'))
        for table in (await tx.execute(FOREIGN_TABLES, values)).scalars().all():
            await tx.execute(text(f'ALTER TABLE "{schema}"."{table}" OWNER TO {role}'))
