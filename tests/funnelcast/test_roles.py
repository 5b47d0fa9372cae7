"""A service's own Postgres role does its work, and sees nobody else's data."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from shared.flow import readers
from tests.funnelcast.command import done, run
from tests.funnelcast.test_serve import execute, new_key, serving
from tests.running import connected

pytestmark = pytest.mark.thorough

PASSWORD = "a password of a role, for tests"
SERVICES = ("intake", "qualification", "pipeline", "forecast")
ROLES = (*SERVICES, "access", "pages")
PASSWORDS = json.dumps(dict.fromkeys(ROLES, PASSWORD))
DEAL = {"name": "Ten seats", "account": "Initech", "owner": "ann", "motion": "new_business"}
DENIED = [
    ("forecast", "SELECT * FROM pipeline.events"),
    ("forecast", "SELECT * FROM intake.vault"),
    ("intake", "SELECT * FROM qualification.vault"),
    ("intake", "CREATE TABLE pipeline.mine (one int)"),
    ("pipeline", "INSERT INTO access.keys (key_id, hash) VALUES (gen_random_uuid(), 'mine')"),
    ("pipeline", "UPDATE access.keys SET revoked_at = NULL"),
    ("pipeline", "DELETE FROM access.keys"),
    ("pipeline", "UPDATE pipeline.events SET type = 'other'"),
    ("pipeline", "DELETE FROM pipeline.events"),
    ("pipeline", "UPDATE pipeline.alembic_version SET version_num = '9999'"),
    ("forecast", "SELECT value FROM exchange.lent"),
    ("intake", "INSERT INTO exchange.lent VALUES (gen_random_uuid(), 'mine', '1')"),
    ("forecast", "SET ROLE funnelcast_pipeline"),
    ("pipeline", "DELETE FROM access.sessions"),
    ("access", "DELETE FROM access.keys"),
    ("access", "DELETE FROM access.sessions"),
    ("access", "SELECT * FROM pipeline.events"),
    ("access", "CREATE SCHEMA mine"),
    ("pages", "UPDATE access.keys SET revoked_at = NULL"),
    ("pages", "DELETE FROM access.keys"),
    ("pages", "UPDATE access.sessions SET expires_at = now()"),
    ("pages", "SELECT * FROM pipeline.events"),
    ("pages", "SELECT * FROM log.records"),
    ("pages", "SELECT * FROM exchange.lent"),
    ("pages", "CREATE SCHEMA mine"),
    ("pages", "CREATE TABLE access.mine (one int)"),
]
ALLOWED = [
    ("pipeline", "SELECT * FROM pipeline.events"),
    ("pipeline", "SELECT * FROM access.keys"),
    ("pipeline", "SELECT * FROM exchange.lent"),
    ("pipeline", "CREATE SCHEMA pipeline_read_for_tests"),
    ("qualification", "INSERT INTO exchange.lent VALUES (gen_random_uuid(), 'mine', '1')"),
    ("forecast", "DELETE FROM exchange.lent WHERE subject = 'erased'"),
    ("pipeline", "SELECT * FROM access.sessions"),
    ("access", "SELECT * FROM access.sessions"),
    ("access", "UPDATE access.keys SET revoked_at = NULL"),
    ("pages", "SELECT * FROM access.keys"),
    ("pages", "SELECT * FROM access.alembic_version"),
    ("pages", "DELETE FROM access.sessions WHERE expires_at < now()"),
]


def as_role(url: str, service: str) -> str:
    mine = make_url(url).set(username=f"funnelcast_{service}", password=PASSWORD)
    return mine.render_as_string(hide_password=False)


@contextmanager
def with_roles(url: str) -> Iterator[None]:
    """Roles are the server's, not the database's: they go with it."""
    done("migrate", "--postgres", url, FUNNELCAST_SERVICE_PASSWORDS=PASSWORDS)
    try:
        yield
    finally:
        for service in ROLES:
            execute(url, f"DROP OWNED BY funnelcast_{service} CASCADE")
            execute(url, f"DROP ROLE funnelcast_{service}")


def test_each_sees_its_own_schema_and_no_other(database: str) -> None:
    with with_roles(database):
        for service, statement in ALLOWED:
            execute(as_role(database, service), statement)
        for service, statement in DENIED:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                execute(as_role(database, service), statement)


def test_a_service_works_as_its_role_also_where_the_owner_did_before(database: str) -> None:
    headers = new_key(database)
    with serving(database) as (_, address), httpx.Client(headers=headers, trust_env=False) as http:
        http.post(f"{address}/pipeline/v1/opportunities", json=DEAL).raise_for_status()
    with (
        with_roles(database),
        serving(as_role(database, "pipeline")) as (_, address),
        httpx.Client(headers=headers, trust_env=False) as http,
    ):
        posted = http.post(f"{address}/pipeline/v1/opportunities", json=DEAL)
        fresh = {"X-Min-Position": posted.headers["X-Position"], "Prefer": "wait=15"}
        assert len(http.get(f"{address}/pipeline/v1/opportunities", headers=fresh).json()["items"]) == 2
        done("rebuild", "pipeline", "--postgres", as_role(database, "pipeline"))
        done("migrate", "--postgres", database, FUNNELCAST_SERVICE_PASSWORDS=PASSWORDS)
        http.get(f"{address}/pipeline/v1/opportunities").raise_for_status()


def test_a_rebuild_by_the_service_waits_for_whoever_reads(database: str) -> None:
    """Of other roles' sessions Postgres tells it less than it tells a superuser."""

    async def counts() -> tuple[int, int]:
        async with (
            connected(as_role(database, "forecast")) as mine,
            connected(database) as owners,
            mine.connect() as tx,
            owners.connect() as reading,
        ):
            before = len((await tx.execute(readers.RUNNING)).all())
            await reading.execute(text("SELECT 1"))
            return before, len((await tx.execute(readers.RUNNING)).all())

    with with_roles(database):
        assert asyncio.run(counts()) == (0, 1)


def test_a_service_that_there_is_not_gets_no_role(database: str) -> None:
    refused = run("migrate", "--postgres", database, FUNNELCAST_SERVICE_PASSWORDS=json.dumps({"sales": PASSWORD}))
    assert (refused.returncode, "sales is no service" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "env",
    [
        {"FUNNELCAST_POSTGRES": "postgresql://owner:change-me@127.0.0.1/db"},
        {"FUNNELCAST_SERVICE_PASSWORDS": json.dumps({"intake": "change_me change_me change_me"})},
        {"FUNNELCAST_SERVICE_PASSWORDS": json.dumps({"intake": "too short"})},
        {"FUNNELCAST_BLIND_INDEX_KEY": "changeme" * 4},
        {"FUNNELCAST_ADMIN_KEY": "<your-secret>"},
    ],
)
@pytest.mark.parametrize("command", [("migrate",), ("serve", "pipeline", "--port", "0")])
def test_nothing_starts_on_a_placeholder(command: tuple[str, ...], env: dict[str, str]) -> None:
    refused = run(*command, **env)
    assert (refused.returncode, next(iter(env)) in refused.stderr.replace("\n", "")) == (2, True)
    assert "owner" not in refused.stderr
