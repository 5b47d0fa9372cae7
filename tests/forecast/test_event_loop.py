"""However large an answer or a table is, no step of the event loop takes long: other requests need not wait for it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.forecast.projections.subtree_totals import MOST_NODES
from shared.run import memory
from tests.forecast.conftest import Company

LONGEST = 0.05
SLOWER = 2
"""A busy machine takes longer for the same work."""


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """An event loop whose steps can be measured; they are the same on the product's."""
    return asyncio.new_event_loop


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Seconds of processor time of each step of the event loop."""
    memory.freeze_loaded_objects()  # what other tests have left is no work of this one's
    taken: list[float] = []
    run = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> Any:
        begun = time.thread_time()
        run(self)
        taken.append(time.thread_time() - begun)

    monkeypatch.setattr(asyncio.Handle, "_run", timed)
    yield taken
    assert max(taken) < SLOWER * LONGEST


def table(nodes: int) -> str:
    lines = [f"n{number},Node {number},person,{f'n{(number - 1) // 4}' if number else ''}" for number in range(nodes)]
    return "id,name,kind,parent\n" + "\n".join(lines)


@pytest.mark.thorough
@pytest.mark.usefixtures("steps")
async def test_the_largest_answers_leave_the_event_loop_to_others(company: Company) -> None:
    await company.table(table(MOST_NODES - 1))
    for number in range(300):
        currency = ("EUR", "USD", "GBP")[number % 3]
        await company.deal(f"d{number}", owner=f"n{3 * number}", currency=currency, close_date="2026-03-20")
    rollup = await company.read("rollup", depth=20)
    assert rollup.status_code == 200
    assert len(rollup.content) > 1_000_000
    assert (await company.read("org", limit=1000)).status_code == 200
    assert (await company.read("rollup/n0/opportunities", limit=1000)).status_code == 200


@pytest.mark.thorough
@pytest.mark.usefixtures("steps")
async def test_the_accuracy_of_five_years(company: Company) -> None:
    await company.table(table(MOST_NODES - 1))
    await company.deal("d0", owner="n900", close_date="2025-03-20")
    accuracy = await company.read("accuracy", depth=20, **{"from": "2021-06-01"})
    assert accuracy.status_code == 200
    assert len(accuracy.content) > 1_000_000


@pytest.mark.thorough
@pytest.mark.usefixtures("steps")
async def test_a_large_table_of_nodes_leaves_others_their_turns(company: Company) -> None:
    for _ in range(2):
        assert (await company.table(table(5_000))).json() == {"position": 5_000, "lines": 5_000}
    moved = table(5_000).replace(",n0\n", ",n1\n").replace("n1,Node 1,person,n1", "n1,Node 1,person,n0")
    assert (await company.table(moved)).status_code == 200
    assert (await company.read("org", limit=1000)).status_code == 200
