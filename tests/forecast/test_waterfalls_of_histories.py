"""Random histories: a waterfall begins and ends with what the roll-up says then, and its steps explain all between."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.forecast.conftest import Company
from tests.forecast.histories import NODES, QUARTERS, History
from tests.fuzz.effort import EFFORT

VIEWS = ("commit", "upside", "open", "closed")
CENT = Decimal("0.01")


async def check_waterfall(made: History, begun: int) -> None:
    """`begun`: how many entries there are before all nodes are."""
    company, random = made.company, made.random
    earlier, later, known = sorted(random.choices(made.known[begun:], k=3))
    same = {"period": random.choice(QUARTERS).key, "node": random.choice(NODES), "currency": "EUR"}
    basis, view = random.choice(("pure", "seen_by_self", "seen_by_self")), random.choice(VIEWS)
    same["known_at"] = known.frontier
    ends = {"from": earlier.at.isoformat(), "to": later.at.isoformat()}
    answer = await company.read("waterfall", **same, **ends, basis=basis, view=view)
    asked = f"{answer.url}"
    assert answer.status_code == 200, asked + answer.text
    found = answer.json()
    for end, at in (("opening", earlier.at), ("closing", later.at)):
        rollup = await company.rollup(**same, depth=0, view="cumulative", as_of=at.isoformat())
        assert found[end] == rollup["node"][basis][view], asked
    assert unexplained(found["steps"]) <= CENT * len(found["steps"]), asked


def unexplained(steps: list[dict[str, Any]]) -> Decimal:
    (rounding,) = [Decimal(step["amount"]) for step in steps if step["kind"] == "rounding"]
    return abs(rounding)


async def check_history(company: Company, seed: int) -> None:
    made = History(company, Random(seed))
    await made.begin()
    begun = len(made.book)
    for _ in range(3):
        await made.go_on(12)
        for _ in range(8):
            await check_waterfall(made, begun)


@pytest.mark.parametrize("seed", range(1))
async def test_the_steps_of_a_waterfall_explain_it(company: Company, seed: int) -> None:
    await check_history(company, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(1, 6 * EFFORT))
async def test_steps_add_up_in_more_histories(company: Company, seed: int) -> None:
    await check_history(company, seed)
