"""Every service that keeps the organisation has the tree that forecast has, whatever happened to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.forecast.service import SERVICE as FORECAST
from tests.contracts.services import SERVICES
from tests.running import Clock, connected, running_services

KEEPERS = [each for each in SERVICES if any(projection.name == "chart" for projection in each.projections)]
LISTS = {"pipeline": "/pipeline/v1/opportunities", "qualification": "/qualification/v1/leads"}
NODES = [f"n{number}" for number in range(12)]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Tree = dict[str, tuple[str | None, str, bool]]
"""Parent, kind and whether it is active, by node."""


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [FORECAST, *KEEPERS], clock_and_ids=Clock().clock_and_ids()) as client:
        yield client


@pytest.mark.thorough
async def test_every_keeper_has_the_tree_of_forecast(api: httpx.AsyncClient, database: str) -> None:
    for number, node in enumerate(NODES):
        assert await place(api, node, NODES[(number - 1) // 2] if number else None)
    random = Random(7)
    accepted = [await change(api, random) for _ in range(100)]
    assert accepted.count(True) > 30
    organisation = await api.get("/forecast/v1/org")
    tree = {node["node_id"]: (node["parent"], node["kind"], node["active"]) for node in organisation.json()["nodes"]}
    assert any(not active for _, _, active in tree.values())
    for service in KEEPERS:
        wait = {"X-Min-Position": organisation.headers["X-Position"], "Prefer": "wait=10"}
        assert (await api.get(LISTS[service.name], headers=wait)).is_success
        assert await tree_of(database, service.read_models) == tree, service.name


async def change(api: httpx.AsyncClient, random: Random) -> bool:
    """Moves or ends a node, often from a day in the past on. Forecast refuses what makes no tree."""
    node, starts = random.choice(NODES[1:]), None
    if random.random() < 0.6:
        starts = (BEGIN + timedelta(days=random.randint(0, 50))).isoformat()
    if random.random() < 0.15:
        return await end(api, node, starts)
    return await place(api, node, random.choice(NODES), starts, random.choice(["unit", "person"]))


async def place(
    api: httpx.AsyncClient, node: str, parent: str | None, starts: str | None = None, kind: str = "unit"
) -> bool:
    body = {"name": node, "kind": kind, "parent": parent, "from": starts}
    answer = await api.put(f"/forecast/v1/org/nodes/{node}", json=body)
    assert answer.status_code in (200, 409), answer.text
    return answer.is_success


async def end(api: httpx.AsyncClient, node: str, starts: str | None) -> bool:
    params = {"from": starts} if starts else {}
    answer = await api.delete(f"/forecast/v1/org/nodes/{node}", params=params)
    assert answer.status_code in (200, 409), answer.text
    return answer.is_success


async def tree_of(database: str, schema: str) -> Tree:
    async with connected(database, search_path=schema) as engine, engine.connect() as tx:
        found = await tx.execute(text("SELECT node, parent, kind, active FROM seats"))
        return {row.node: (row.parent, row.kind, row.active) for row in found}
