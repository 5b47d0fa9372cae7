import asyncio
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import pytest

from funnelcast.remote import healthcheck
from funnelcast.serving import services
from tests.funnelcast.command import done, run, started

BLIND = "a key of blind indexes for tests"
SERVING = re.compile(r'"address": "(http\S+?)/pipeline"')


@contextmanager
def serving(url: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    words = ("serve", "pipeline", "--postgres", url, "--port", "0", *arguments)
    with started(*words, FUNNELCAST_BLIND_INDEX_KEY=BLIND) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := SERVING.search(line):
                    yield process, found[1]
                    break
        finally:
            process.kill()
            process.communicate()


def execute(url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def new_key(url: str) -> dict[str, str]:
    scopes = "pipeline:read,pipeline:write"
    key = done("keys", "create", "--postgres", url, "--name", "tester", "--scopes", scopes).strip()
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.thorough
def test_a_database_that_was_never_migrated_is_refused_with_advice(empty_database: str) -> None:
    refused = run("serve", "pipeline", "--postgres", empty_database, "--port", "0", FUNNELCAST_BLIND_INDEX_KEY=BLIND)
    assert refused.returncode == 1
    assert "run `funnelcast migrate`" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("command", "reason"),
    [(("serve", "pipeline", "--port", "0"), "start the newer version"), (("migrate",), "start the newer version")],
)
def test_a_newer_database_is_left_alone(database: str, command: tuple[str, ...], reason: str) -> None:
    done("migrate", "--postgres", database)
    execute(database, "UPDATE pipeline.alembic_version SET version_num = '9999'")
    refused = run(*command, "--postgres", database, FUNNELCAST_BLIND_INDEX_KEY=BLIND)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr


def test_migrate_makes_a_given_admin_key_the_first_one(database: str) -> None:
    done("migrate", "--postgres", database, FUNNELCAST_ADMIN_KEY="the first key, given by the operator")
    done("migrate", "--postgres", database, FUNNELCAST_ADMIN_KEY="a later one, which changes nothing")
    keys = json.loads(done("keys", "list", "--postgres", database, "--json"))
    assert [key["name"] for key in keys] == ["admin"]


@pytest.mark.thorough
def test_an_api_and_a_worker_are_together_what_all_is_alone(database: str) -> None:
    done("migrate", "--postgres", database)
    headers = new_key(database)
    with serving(database, "--role", "api") as (api, address), httpx.Client(headers=headers, trust_env=False) as http:
        deal = {"name": "Ten seats", "account": "Initech", "owner": "ann", "motion": "new_business"}
        position = http.post(f"{address}/pipeline/v1/opportunities", json=deal).headers["X-Position"]
        fresh = {"X-Min-Position": position, "Prefer": "wait=0"}
        assert http.get(f"{address}/pipeline/v1/opportunities", headers=fresh).status_code == 503
        with serving(database, "--role", "worker") as (worker, other):
            fresh["Prefer"] = "wait=15"
            assert len(http.get(f"{address}/pipeline/v1/opportunities", headers=fresh).json()["items"]) == 1
            assert http.get(f"{other}/pipeline/v1/opportunities").status_code == 404
            assert done("healthcheck", "--url", other) == "ready: pipeline\n"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=30) == 0
        api.send_signal(signal.SIGTERM)
        assert api.wait(timeout=30) == 0


@pytest.mark.thorough
@pytest.mark.parametrize(
    "wrong",
    [
        ("serve", "sales"),
        ("serve", "pipeline"),
        ("serve", "pipeline", "--postgres", "postgresql://x", "--role", "boss"),
    ],
)
def test_wrong_usage_is_reported(wrong: tuple[str, ...]) -> None:
    assert run(*wrong).returncode == 2


def test_a_health_check_where_nothing_runs_fails() -> None:
    result = run("healthcheck", "--url", "http://127.0.0.1:1")
    assert (result.returncode, result.stdout) == (1, "")
    assert "nothing answers at http://127.0.0.1:1" in result.stderr


def test_the_health_check_asks_every_service() -> None:
    assert tuple(services.SERVED) == healthcheck.SERVICES
