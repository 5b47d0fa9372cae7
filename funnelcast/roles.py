"""One Postgres role for each service. It sees the service's own schema; `access` it may only read.

Granted anew at every `funnelcast migrate`, for tables that were not there before. A service makes its read models'
schemas by itself; those that somebody else made for it become its own.
"""

from collections.abc import Mapping

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.failure import Failed
from funnelcast.services import SERVICES

EXISTS = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
LOGIN = text("SELECT format(:how || ' ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
DATABASE = text("SELECT format('GRANT CONNECT, CREATE ON DATABASE %I TO ', current_database())")
# Only what is another's: to give a table away locks it, and a system that runs has its own already.
READ_MODELS = text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern")
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tableowner <> :role")
OWNED = text("SELECT pg_get_userbyid(nspowner) = :role FROM pg_namespace WHERE nspname = :schema")
ALL = "SELECT, INSERT, UPDATE, DELETE"
LENDER, ADOPTER = "qualification", "pipeline"
"""Texts cross between these two; all others may only erase a person's."""
GRANTS = (
    "GRANT {role} TO CURRENT_USER",
    "GRANT USAGE ON SCHEMA access, exchange, {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA access TO {role}",
    "GRANT SELECT (subject), DELETE ON exchange.lent TO {role}",
    f"GRANT {ALL} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}",
    "REVOKE UPDATE, DELETE ON {schema}.events FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {role}",
)
ON_THE_LOG = (
    "GRANT USAGE ON SCHEMA log TO {role}",
    f"GRANT {ALL} ON ALL TABLES IN SCHEMA log TO {{role}}",
)


def role_of(service: str) -> str:
    return f"funnelcast_{service}"


async def grant(engine: AsyncEngine, passwords: Mapping[str, SecretStr], *, log_in_postgres: bool) -> None:
    """Makes the roles of these services, or gives them these passwords. `engine` owns the tables."""
    if unknown := sorted(passwords.keys() - SERVICES.keys()):
        raise Failed(f"FUNNELCAST_SERVICE_PASSWORDS: {', '.join(unknown)} is no service")
    async with engine.begin() as tx:
        for service, password in passwords.items():
            role = role_of(service)
            await make(tx, role, password.get_secret_value())
            for each in (*GRANTS, *shares(service), *(ON_THE_LOG if log_in_postgres else ())):
                await tx.execute(text(each.format(role=role, schema=service)))
            await give_read_models(tx, service, role)


async def make(tx: AsyncConnection, role: str, password: str) -> None:
    there = (await tx.execute(EXISTS, {"role": role})).scalar_one()
    words = {"how": "ALTER" if there else "CREATE", "role": role, "password": password}
    await tx.exec_driver_sql((await tx.execute(LOGIN, words)).scalar_one())
    await tx.exec_driver_sql((await tx.execute(DATABASE)).scalar_one() + role)


def shares(service: str) -> list[str]:
    may = {LENDER: "INSERT", ADOPTER: "SELECT"}.get(service)
    return [f"GRANT {may} ON exchange.lent TO {{role}}"] if may else []


async def give_read_models(tx: AsyncConnection, service: str, role: str) -> None:
    for schema in (await tx.execute(READ_MODELS, {"pattern": f"^{service}_read_"})).scalars().all():
        place = {"schema": schema, "role": role}
        if not (await tx.execute(OWNED, place)).scalar_one():
            await tx.execute(text(f'ALTER SCHEMA "{schema}" OWNER TO {role}'))
        for table in (await tx.execute(TABLES, place)).scalars().all():
            await tx.execute(text(f'ALTER TABLE "{schema}"."{table}" OWNER TO {role}'))
