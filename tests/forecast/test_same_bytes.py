"""Random histories: a question that fixes its instant and the events that are known is answered by the same bytes for
ever, whatever is written, moved, backdated or rebuilt afterwards."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from services.forecast.projections import rates
from services.forecast.service import SERVICE
from tests.forecast.conftest import Company
from tests.forecast.histories import NODES, QUARTERS, History, Known
from tests.forecast.test_submissions import eur, submitted
from tests.shared.flow.test_rebuild import rebuilt


class Question(NamedTuple):
    path: str
    params: dict[str, Any]


def questions(made: History, count: int) -> Iterator[Question]:
    for _ in range(count):
        earlier, later, known = sorted(made.random.choices(made.known, k=3))
        fixed = {"period": made.random.choice(QUARTERS).key, "known_at": known.frontier}
        yield from of_the_roll_up(made, fixed, made.random.choice((earlier, later)))
        yield of_the_waterfall(made, fixed, earlier, later)


def of_the_roll_up(made: History, fixed: dict[str, Any], at: Known) -> Iterator[Question]:
    """And of the deals and overrides behind it."""
    fixed = fixed | {"as_of": at.at.isoformat()}
    if made.random.random() < 0.3:
        fixed["org_as_of"] = min(made.random.choice(made.known).at, at.at).isoformat()
    view, policy = made.random.choice(("single", "cumulative")), made.random.choice(("close_date", "latest", "plan"))
    yield Question("rollup", fixed | {"depth": 20, "view": view, "rate_policy": policy})
    yield Question(f"rollup/{made.random.choice(NODES)}/opportunities", fixed)


def of_the_waterfall(made: History, fixed: dict[str, Any], earlier: Known, later: Known) -> Question:
    span = {"from": earlier.at.isoformat(), "to": later.at.isoformat(), "node": made.random.choice(NODES)}
    basis, view = made.random.choice(("pure", "seen_by_self")), made.random.choice(("commit", "upside"))
    return Question("waterfall", fixed | span | {"basis": basis, "view": view, "currency": "EUR"})


async def answers(company: Company, asked: Sequence[Question]) -> list[tuple[int, str]]:
    found = [await company.read(each.path, **each.params) for each in asked]
    return [(answer.status_code, answer.text) for answer in found]


async def override_history(company: Company, count: int) -> Any:
    """The first so many rows."""
    return (await company.read("overrides", limit=count)).json()["items"]


async def change_everything_else(made: History) -> None:
    company = made.company
    await company.set(timezone="Europe/Berlin", **{"from": "2026-02-25"})
    await company.set(calendar="fy", calendar_rule={"starts_month": 2, "year_named_by": "start"})
    await company.put("root", None, name="The Company")
    for path in ("USD/2026-03-02", "GBP/2026-03-02", "GBP/2025-12-20", "USD/plan/2026"):
        company.noted(await company.api.put(f"rates/{path}", json={"rate": "0.5"}))
    await submitted(company, "ann", {"commit": eur("9.00")})
    assert (await company.end("rita", **{"from": "2026-02-10T00:00:00Z"})).is_success
    moved = (
        "id,name,kind,parent,from\nray,Ray,person,root,2026-01-20T00:00:00Z\nnew,New,person,root,2026-01-05T00:00:00Z\n"
    )
    assert (await company.table(moved)).is_success
    made.position = company.written


async def check_answers(made: History, database: str) -> None:
    company = made.company
    await made.go_on(25)
    assert (await company.end("rob")).is_success
    made.position = company.written
    asked = list(questions(made, 6))
    before, rows = await answers(company, asked), await override_history(company, 500)
    assert [each for each in zip(asked, before, strict=True) if each[1][0] not in (200, 404)] == []
    await made.go_on(15)
    await change_everything_else(made)
    await made.go_on(10)
    assert_same(asked, before, await answers(company, asked))
    await rebuilt(database, SERVICE, company.log)
    await made.go_on(1)  # so that no answer comes from memory
    assert_same(asked, before, await answers(company, asked))
    assert await override_history(company, len(rows)) == rows


def assert_same(asked: Sequence[Question], before: Sequence[tuple[int, str]], after: Sequence[tuple[int, str]]) -> None:
    for question, old, new in zip(asked, before, after, strict=True):
        assert new == old, f"another answer to {question}"


async def check_history(company: Company, database: str, seed: int) -> None:
    made = History(company, Random(seed))
    await made.begin()
    await check_answers(made, database)


async def test_the_same_question_has_the_same_answer_for_ever(company: Company, database: str) -> None:
    await check_history(company, database, 100)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(101, 110))
async def test_an_answer_has_the_same_bytes_in_more_histories(company: Company, database: str, seed: int) -> None:
    await check_history(company, database, seed)


@pytest.mark.harness
async def test_an_answer_that_reads_later_rates_is_found(
    company: Company, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = str(rates.DAILY).replace("position <= :known", "position <= :known + 1000000")
    monkeypatch.setattr(rates, "DAILY", text(later))
    with pytest.raises(AssertionError, match="another answer"):
        await check_history(company, database, 100)
