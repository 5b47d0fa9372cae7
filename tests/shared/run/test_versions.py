"""Two versions of the code on one store: each has read models of its own, the new one is ready when they are whole."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.run.readiness import CatchUpGoal
from shared.run.service import Service
from tests.running import connected, eventually, running_services
from tests.shared.run.test_worker import totals, write
from tests.shared.tally import FOLLOWING_SERVICE, TALLY_SERVICE


def next_version(service: Service) -> Service:
    return replace(service, projections=[replace(each, version=each.version + 1) for each in service.projections])


BOTH = [TALLY_SERVICE, FOLLOWING_SERVICE]
NEW = [next_version(service) for service in BOTH]


async def ready(api: httpx.AsyncClient, service: Service) -> dict[str, Any]:
    details: dict[str, Any] = (await api.get(f"/{service.name}/readyz")).json()
    return details


async def test_a_new_version_is_built_while_the_old_one_serves_and_works(database: str) -> None:
    async with running_services(database, BOTH) as old:
        await write(database, "pipeline", *((f"t{n % 3}", 1) for n in range(30)))

        async def equal(count: int) -> bool:
            found = [await totals(database, service.read_models) for service in (*BOTH, *NEW)]
            return all(sum(times for _, times in each.values()) == count for each in found)

        async with running_services(database, NEW) as new:
            await eventually(lambda: equal(30))
            await write(database, "pipeline", *((f"t{n % 3}", 1) for n in range(30)))
            await eventually(lambda: equal(60))
            for service in BOTH:
                assert [(await ready(api, service))["status"] for api in (old, new)] == ["ready", "ready"]
            leads = [(await ready(api, TALLY_SERVICE))["details"]["relay"]["leads"] for api in (old, new)]
            assert leads == [True, False]


async def test_a_running_process_goes_on_while_the_next_version_migrates(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE]) as api:
        async with connected(database) as engine, engine.begin() as tx:
            await tx.execute(text("UPDATE pipeline.alembic_version SET version_num = '9999'"))
        answer = await ready(api, TALLY_SERVICE)
        assert (answer["status"], answer["details"]["migrations"]["ok"]) == ("degraded", False)
        await write(database, "pipeline", ("a", 1))


async def built_by_the_old(database: str) -> None:
    async with running_services(database, BOTH) as api:
        await write(database, "pipeline", ("a", 1), ("b", 1))

        async def is_applied() -> bool:
            return len(await totals(database, FOLLOWING_SERVICE.read_models)) == 2

        await eventually(is_applied)
        await eventually(lambda: is_ready(api))


async def is_ready(api: httpx.AsyncClient) -> bool:
    return [(await ready(api, service))["status"] for service in BOTH] == ["ready", "ready"]


async def test_a_new_version_is_not_ready_before_it_has_caught_up_with_the_old_one(database: str) -> None:
    await built_by_the_old(database)
    async with running_services(database, NEW, work=False) as idle:
        for service in BOTH:
            answer = await ready(idle, service)
            assert (answer["status"], answer["details"]["read_models"]["ok"]) == ("not ready", False)
        async with running_services(database, NEW):
            await eventually(lambda: is_ready(idle))


async def test_without_a_goal_a_service_would_be_ready_at_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: nothing to come as far as. Were this not ready either, the test above would prove nothing."""
    await built_by_the_old(database)

    async def find(*anything: object) -> CatchUpGoal:
        return CatchUpGoal({})

    monkeypatch.setattr(CatchUpGoal, "find", find)
    async with running_services(database, NEW, work=False) as idle:
        assert await is_ready(idle)
