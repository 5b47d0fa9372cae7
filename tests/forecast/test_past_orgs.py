"""The organisation of an instant is kept, and that of another one derived from it: it is as if it were read."""

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.forecast.ledger.org_tree import OrgNodes
from services.forecast.projections.known_positions import EVERYTHING
from services.forecast.projections.ledger.org_rows import OrgInstant, nodes_at
from services.forecast.projections.past.past_orgs import past_org, rows_at
from services.forecast.service import SERVICE
from shared.store import engines
from tests.forecast.conftest import Company
from tests.forecast.histories import FIRST_DAY, History


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine as the service's answers use it."""
    made = engines.reader(database, f"{SERVICE.name},{SERVICE.read_models}", connections=3)
    yield made
    await made.dispose()


def parents(nodes: OrgNodes) -> dict[str, str | None]:
    return {node: each.parent for node, each in nodes.items()}


async def test_any_two_instants_one_after_the_other(company: Company, engine: AsyncEngine) -> None:
    made = History(company, Random(7))
    await made.begin()
    for _ in range(4):
        await made.go_on(10)
        await company.end(made.random.choice(("ray", "rob", "rita")))
        made.position = company.written
        await company.read("rollup")
        async with engine.connect() as tx:
            for _ in range(20):
                at = FIRST_DAY + (made.now - FIRST_DAY) * made.random.random()
                instant = OrgInstant(
                    at, made.random.choice((EVERYTHING.forecast, made.random.randrange(company.written)))
                )
                org = await past_org(tx, instant, await rows_at(tx, instant))
                assert org.nodes == await nodes_at(tx, instant)


async def test_a_snapshot_from_before_a_move_takes_nothing_from_a_later_one(
    company: Company, engine: AsyncEngine
) -> None:
    await company.put("root", None)
    for node, parent in (("ann", "root"), ("bea", "root"), ("ray", "ann")):
        await company.put(node, parent)
    await company.read("rollup")
    instant = OrgInstant(company.clock.instant + timedelta(days=1), EVERYTHING.forecast)
    async with engine.connect() as before, engine.connect() as after:
        rows = await rows_at(before, instant)
        await company.put("ray", "bea")
        await company.read("rollup")
        moved = await past_org(after, instant, await rows_at(after, instant))
        unmoved = await past_org(before, instant, rows)
    assert (parents(moved.nodes)["ray"], parents(unmoved.nodes)["ray"]) == ("bea", "ann")
