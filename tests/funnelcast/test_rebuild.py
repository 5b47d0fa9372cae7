"""`funnelcast rebuild` on the real services while they work; and what becomes of versions that nobody serves."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text

from funnelcast.administration import rebuild
from funnelcast.administration.old_versions import drop_old_versions
from funnelcast.serving import services
from funnelcast.serving.services import SERVICES
from shared.run.service import Service
from shared.run.settings import Settings
from tests.funnelcast.at_work import DEAL, constant_use, fill_store, has_more_than
from tests.funnelcast.command import Result, run
from tests.running import connected, eventually, running_services

PIPELINE, FORECAST = SERVICES["pipeline"], SERVICES["forecast"]


async def command(*words: Any) -> Result:
    return await asyncio.to_thread(run, *words)


async def execute(database: str, statement: str, schema: str = "public") -> Sequence[Any]:
    async with connected(database, search_path=schema) as engine, engine.begin() as tx:
        result = await tx.execute(text(statement))
        return result.all() if result.returns_rows else []


async def schemas(database: str) -> set[str]:
    found = await execute(database, r"SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\_read\_%'")
    return {row[0] for row in found}


@pytest.mark.thorough
async def test_every_service_is_rebuilt_while_all_are_used(database: str) -> None:
    await fill_store(database)
    async with running_services(database, list(SERVICES.values())) as api, constant_use(api) as answers:
        for name in SERVICES:
            before = len(answers)
            result = await command("rebuild", name, "--postgres", database)
            assert result.returncode == 0, result.stderr
            assert f"{name}: " in result.stderr
            await eventually(lambda before=before: has_more_than(answers, before + 1))
    assert not any(name.endswith("_rebuild") for name in await schemas(database))
    verified = await command("verify", "--postgres", database, "--json")
    assert [one for one in json.loads(verified.stdout) if one["findings"]] == []


async def test_one_projection_is_rebuilt_alone(database: str) -> None:
    await fill_store(database)
    schema = PIPELINE.read_models
    await execute(database, "UPDATE opportunities SET owner = 'eve'", schema)
    await execute(database, "DELETE FROM stage_visits", schema)
    result = await command("rebuild", "pipeline", "stage_visits", "--postgres", database)
    assert (result.returncode, "pipeline: stage_visits was rebuilt" in result.stderr) == (0, True)
    assert [row[0] for row in await execute(database, "SELECT DISTINCT owner FROM opportunities", schema)] == ["eve"]
    assert len(await execute(database, "SELECT * FROM stage_visits", schema)) > 0
    assert (await command("rebuild", "pipeline", "--postgres", database)).returncode == 0
    assert (await command("verify", "--postgres", database)).returncode == 0


@pytest.mark.thorough
async def test_a_second_rebuild_is_refused(database: str) -> None:
    await fill_store(database)
    with patch.object(rebuild, "LEASE_TIMEOUT", 0.5):
        async with rebuild.exclusive(database, PIPELINE):
            result = await command("rebuild", "pipeline", "--postgres", database)
            assert (result.returncode, "being rebuilt already" in result.stderr) == (1, True)
            assert (await command("rebuild", "forecast", "--postgres", database)).returncode == 0


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("pipeline", "nonsense"), 1, "it has opportunities, stage_visits"),
        (("billing",), 2, "not among"),
        ((), 2, "name a service"),
    ],
)
def test_an_unknown_projection_is_refused(words: tuple[str, ...], code: int, said: str, database: str) -> None:
    asyncio.run(fill_store(database)) if code == 1 else None
    result = run("rebuild", *words, "--postgres", database)
    assert (result.returncode, said in result.stderr) == (code, True), result.stderr


# -- versions ------------------------------------------------------------------------------------------------------


def next_version(service: Service) -> Service:
    return replace(service, projections=[replace(each, version=each.version + 1) for each in service.projections])


NEW = {name: next_version(service) for name, service in SERVICES.items()}


async def drop_old(database: str) -> list[str]:
    return await drop_old_versions(Settings(postgres=database), list(NEW.values()))


@pytest.mark.thorough
async def test_an_old_version_goes_when_nobody_serves_it_and_the_new_one_is_as_far(database: str) -> None:
    old = {service.read_models for service in SERVICES.values()}
    new = {service.read_models for service in NEW.values()}
    async with running_services(database, list(SERVICES.values())) as api:
        assert (await api.post("/pipeline/v1/opportunities", json=DEAL)).status_code == 201
        assert sorted(await drop_old(database)) == sorted(f"{each} stays: a process serves it" for each in old)
    assert all("has not come as far yet" in said for said in await drop_old(database))
    async with running_services(database, list(NEW.values())) as api:

        async def overtaken() -> bool:
            return all([(await api.get(f"/{name}/readyz")).status_code == 200 for name in NEW])

        await eventually(overtaken)
        assert await schemas(database) == old | new
        assert sorted(await drop_old(database)) == sorted(f"{each} is dropped" for each in old)
        assert (await schemas(database), await drop_old(database)) == (new, [])
        kept = await execute(
            database, r"SELECT source FROM checkpoints WHERE subscription LIKE '%\_read\_%'", "forecast"
        )
        assert {row.source for row in kept} == NEW["forecast"].projected_sources
        assert len(kept) == len(NEW["forecast"].projected_sources)
    with patch.object(services, "SERVICES", NEW):
        result = await command("rebuild", "--drop-old", "--postgres", database)
    assert (result.returncode, "There are no old versions" in result.stderr) == (0, True)
