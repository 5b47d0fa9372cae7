"""Random histories: what each node shows is what the definition of the roll-up says, now and at any instant."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from types import ModuleType
from typing import Any

import pytest

from services.forecast.ledger import overrides
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.ledger.overrides import OverrideRow
from services.forecast.projections import overrides_below
from tests.forecast.conftest import Company
from tests.forecast.histories import FIRST_DAY, QUARTERS, History
from tests.forecast.override_reference import COLUMNS, FIELDS, UNASSIGNED, quotas, roll_up
from tests.forecast.test_overrides import nodes
from tests.forecast.written import Entry, Question
from tests.fuzz.effort import EFFORT

CENT = Decimal("0.01")


async def history(company: Company, seed: int) -> History:
    made = History(company, Random(seed))
    await made.begin()
    return made


async def compare(made: History, questions: int) -> None:
    """Each question of all nodes, their columns and quotas."""
    for _ in range(questions):
        book, asked, params = random_question(made)
        answer = await made.company.rollup(depth=20, view="cumulative", currency="EUR", **params)
        assert shown(answer) == expected(book, asked), params


def random_question(made: History) -> tuple[list[Entry], Question, dict[str, str]]:
    """A random question: of now; or at an instant, known until another, by the organisation of a third."""
    quarter, params = made.random.choice(QUARTERS), dict[str, str]()
    as_of, book = made.now, made.book
    if made.random.random() < 0.7:
        as_of = made.random.choice((made.random.choice(made.known).at, FIRST_DAY + (made.now - FIRST_DAY) / 2))
        params["as_of"] = as_of.isoformat()
    if made.random.random() < 0.7:
        known = made.random.choice(made.known)
        book, params["known_at"] = made.book[: known.entries], known.frontier
    org_as_of = min(as_of, quarter.end)
    if made.random.random() < 0.2:
        org_as_of = as_of - (as_of - FIRST_DAY) / 3
        params["org_as_of"] = org_as_of.isoformat()
    return book, Question(quarter, as_of, org_as_of), params | {"period": quarter.key}


Amounts = dict[str, dict[str, Any]]


def shown(answer: dict[str, Any]) -> Amounts:
    return {
        node["node_id"]: {"quota": node["quota"]}
        | {f"{name} {column}": node[name][column] for name in FIELDS for column in COLUMNS}
        for node in nodes(answer["node"])
        if node["node_id"] != UNASSIGNED
    }


def expected(book: list[Entry], asked: Question) -> Amounts:
    set_or_summed = quotas(book, asked)
    found: Amounts = {}
    for column in COLUMNS:
        for node, amounts in roll_up(book, asked, column).items():
            row = found.setdefault(node, {"quota": rounded(set_or_summed.get(node))})
            row |= {f"{name} {column}": rounded(amount) for name, amount in zip(FIELDS, amounts, strict=True)}
    return {node: row for node, row in found.items() if node != UNASSIGNED}


def rounded(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount.quantize(CENT, ROUND_HALF_EVEN) + 0)


async def check_history(company: Company, seed: int) -> None:
    made = await history(company, seed)
    for _ in range(5):
        await made.go_on(8)
        await compare(made, 20)


@pytest.mark.parametrize("seed", range(1))
async def test_each_node_shows_what_the_definition_says(company: Company, seed: int) -> None:
    await check_history(company, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(1, 12 * EFFORT))
async def test_each_node_shows_it_in_more_histories(company: Company, seed: int) -> None:
    await check_history(company, seed)


def all_above(node: str, column: str, upwards: object, nodes: OrgNodes) -> list[str]:
    """An override that also changes what is computed above the next one."""
    return list(counting_nodes(nodes, node))[1:]


def with_every_manager(rows: Iterable[OverrideRow], nodes: OrgNodes) -> list[OverrideRow]:
    """Overrides that stay in force under another manager."""
    return [row for row in rows if row.node in nodes]


@pytest.mark.harness
@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [(overrides, "corrected_nodes", all_above), (overrides_below, "counting", with_every_manager)],
)
async def test_a_wrong_rule_of_overrides_is_found(
    company: Company, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, wrong: object
) -> None:
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(AssertionError, match="seen_by"):
        await check_history(company, 0)
