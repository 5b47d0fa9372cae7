"""Random histories: a past sum is the same, whether all postings until then are summed, or those since then are taken
out of today's totals."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.past import past_orgs
from services.forecast.projections.past.past_deals import Cut
from services.forecast.projections.past.past_sums import PastSums
from tests.forecast.conftest import Company
from tests.forecast.histories import History
from tests.forecast.test_same_bytes import Question, answers, assert_same, questions

SEEDS = range(200, 203)


async def deals_go_on(made: History, steps: int) -> None:
    """While the organisation stays as it is."""
    for _ in range(steps):
        made.company.clock.pass_by(minutes=made.random.choice((1, 30, 600)))
        await made.change_deal()


async def check_both_ways(company: Company, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = History(company, Random(seed))
    await made.begin()
    await made.go_on(20)
    moving = len(made.known)
    await deals_go_on(made, 25)
    lately = replace(made, known=made.known[moving:])
    asked = [*questions(lately, 6), *questions(made, 2)]
    of_the_root = {"node": "root", "basis": "pure"}
    asked += [each._replace(params=each.params | of_the_root) for each in asked if each.path == "waterfall"]
    back = await answered(made, asked, monkeypatch, back=True)
    assert_same(asked, back, await answered(made, asked, monkeypatch, back=False))


async def answered(
    made: History, asked: list[Question], monkeypatch: pytest.MonkeyPatch, *, back: bool
) -> list[tuple[int, str]]:
    monkeypatch.setattr(DealFilter, "has_begun", back)
    await deals_go_on(made, 1)  # so that no answer comes from memory
    return await answers(made.company, asked)


@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.thorough) for seed in SEEDS[1:])])
async def test_answers_back_from_now_have_the_same_bytes(
    company: Company, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_todays_organisation = list[bool]()
    summed = PastSums.back_from_now

    async def counted(sums: PastSums, *question: Any, **more: Any) -> Any:
        under_todays_organisation.append(sums.rows == await past_orgs.all_rows(sums.tx))
        return await summed(sums, *question, **more)

    monkeypatch.setattr(PastSums, "back_from_now", counted)
    await check_both_ways(company, seed, monkeypatch)
    assert under_todays_organisation.count(True) > 10
    assert under_todays_organisation.count(False) > 0


@pytest.mark.harness
async def test_a_way_back_that_forgets_what_was_not_known_yet_is_found(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opposite(cut: Cut, table: Any) -> Any:
        return table.c.occurred_at > cut.as_of

    monkeypatch.setattr(Cut, "opposite", opposite)
    with pytest.raises(AssertionError, match="another answer"):
        await check_both_ways(company, SEEDS[0], monkeypatch)
