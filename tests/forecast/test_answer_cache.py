"""An answer is given again as long as nothing changed, and never longer."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.forecast.answers.rollup import computed_rollup
from services.forecast.api import rollup
from shared.flow.frontier import Frontier
from shared.web.caches.answer_cache import AnswerCache
from shared.web.callers.access import Caller
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.running import eventually, make_key

AT = Frontier({"pipeline": 7}, {"pipeline": "901"}, 3)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions that were not answered out of memory."""
    questions: list[Any] = []
    really = computed_rollup

    async def noted(tx: Any, at: Any, query: Any, subtree: Any) -> Any:
        questions.append(query)
        return await really(tx, at, query, subtree)

    monkeypatch.setattr(rollup, "computed_rollup", noted)
    return questions


def without_instants(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("as_of", "org_as_of")}


async def check_that_it_is_current(company: Company) -> None:
    """Each change shows at once, whatever was answered before it."""
    await company.put("ann", None)
    await company.deal("one", **WON, close_date="2026-03-04")
    await company.deal("open", close_date="2026-03-04")
    first = await company.rollup()
    await company.deal("two", **WON, amount="11.00")
    second = await company.rollup()
    assert (first["node"]["pure"]["closed"], second["node"]["pure"]["closed"]) == ("100.00", "111.00")
    await company.put("ann", None, name="Ann the Other")
    renamed = await company.rollup()
    assert (second["node"]["name"], renamed["node"]["name"]) == ("Ann", "Ann the Other")
    assert await warned(company) == []
    company.clock.pass_by(days=2)
    assert await warned(company) == ["close_date_past"]


async def warned(company: Company) -> list[str]:
    return [each["code"] for each in (await company.rollup())["warnings"]]


async def test_a_repeated_question_is_computed_once(company: Company, computed: list[Any]) -> None:
    await company.deal("one", **WON)
    first = await company.rollup(depth=0)
    company.clock.pass_by(minutes=5)
    again = await company.rollup(depth=0)
    assert without_instants(again) == without_instants(first)
    assert (first["as_of"], again["as_of"]) == ("2026-03-03T09:00:00Z", "2026-03-03T09:05:00Z")
    assert len(computed) == 1
    await company.rollup(depth=1)
    await company.rollup(depth=0, motion="new_business")
    assert len(computed) == 3


async def test_the_organisation_of_a_past_period_stays_that_of_its_end(company: Company) -> None:
    found = [await company.rollup(period="2025-Q4") for _ in range(2)]
    assert [each["org_as_of"] for each in found] == ["2025-12-31T23:59:59.999999Z"] * 2


async def test_an_answer_is_never_older_than_the_read_models(company: Company) -> None:
    await check_that_it_is_current(company)


async def test_a_memory_that_does_not_compare_is_found(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def whatever(self: AnswerCache, frontier: Frontier, question: Hashable) -> Any:
        return self.answers.get(question)

    monkeypatch.setattr(AnswerCache, "get", whatever)
    with pytest.raises(AssertionError):
        await check_that_it_is_current(company)


async def answers_for_places(company: Company, database: str) -> None:
    """Asks the same question by keys of one lineage: tied to no node, to two nodes, and on behalf of one."""
    await company.put("ann", None)
    await company.put("bob", "ann")
    await company.read("org")  # until both are applied: an answer is remembered for what had been applied
    lineage = UUID(int=9)
    keys = [await make_key(database, lineage=lineage, node=node) for node in (None, "ann", "bob")]
    callers = [{"Authorization": f"Bearer {key}"} for key in keys]
    for headers in [*callers, callers[0] | {"On-Behalf-Of": "ann"}]:
        assert (await company.api.get("rollup", headers=headers)).status_code == 200


async def test_callers_of_different_places_do_not_share_an_answer(
    company: Company, database: str, computed: list[Any]
) -> None:
    await answers_for_places(company, database)
    assert len(computed) == 4


async def test_without_the_place_in_the_key_callers_would_share_an_answer(
    company: Company, database: str, computed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the place is not part of the remembered question."""
    monkeypatch.setattr(Caller, "place", (None, None))
    await answers_for_places(company, database)
    assert len(computed) == 1


async def test_a_released_key_shows_though_no_position_moves(company: Company) -> None:
    await company.put("ann", None)
    await company.deal("bad", amount="no number")
    await company.deal("one", **WON)
    company.pipeline_position = 0

    async def is_parked() -> bool:
        answer = await company.rollup()
        return "pipeline:2" in answer["frontier"] and not answer["final"]

    await eventually(is_parked)
    (key,) = (await company.api.get("parked")).json()["items"]
    named = {name: key[name] for name in ("subscription", "source", "key")}
    assert (await company.api.post("parked/skip", json=named)).is_success

    async def is_final() -> bool:
        return bool((await company.rollup())["final"])

    await eventually(is_final)


# -- by itself -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [replace(AT, transactions={"pipeline": "902"}), replace(AT, head=4)])
def test_another_frontier_has_no_answers(other: Frontier) -> None:
    answer_cache = AnswerCache()
    answer_cache.put(AT, "question", "answer", 1)
    assert answer_cache.get(AT, "question") == "answer"
    assert answer_cache.get(other, "question") is None
    answer_cache.put(other, "another", "answer", 1)
    assert answer_cache.answers == {"another": "answer"}


def test_the_cache_is_bounded() -> None:
    answer_cache = AnswerCache(capacity=10)
    for number in range(100):
        answer_cache.put(AT, number, "answer", 3)
        assert len(answer_cache.answers) <= 3
        assert answer_cache.get(AT, number) == "answer"
    answer_cache.put(AT, "large", "answer", 11)
    assert answer_cache.answers == {}
