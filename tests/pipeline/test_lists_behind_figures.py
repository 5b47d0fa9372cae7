"""Every figure of a measure is that of the list it leads to, for each dimension and each pair of dimensions."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, product
from typing import Any
from urllib.parse import urlencode

from services.pipeline.metrics.dimensions import Dimension
from tests.pipeline.histories import REASON, answer_of, money, past_deal, pipeline

DIMENSIONS = [dimension.value for dimension in Dimension]
QUESTIONS = [*DIMENSIONS, *(",".join(pair) for pair in combinations(DIMENSIONS, 2))]
WINDOWS: tuple[dict[str, str], ...] = (
    {},
    {"begins": "2026-01-20", "ends": "2026-02-15"},
    {"begins": "2026-01-20T12:00:00+01:00", "ends": "2026-02-15T12:00:00Z", "as_of": "2026-02-20T00:00:00Z"},
)
ENDS: tuple[tuple[Any, ...], ...] = (
    (),
    (("02-03", "qualified"),),
    (("02-03", "qualified"), ("02-15", "win")),
    (("02-03", "qualified"), ("02-16", "lose", REASON), ("02-25", "reopen", REASON | {"close_date": "2026-05-01"})),
    (("01-25", "recycle", REASON),),
)
AMOUNTS = (None, money(100), money(70, "USD"), money(5, "JPY"))
FIELDS = (
    {"owner": "ann", "product": "gold & more"},
    {"owner": "bob", "motion": "existing_business", "approach": "farming"},
)
LINES = [
    past_deal(f"deal{number}", "01-10", *steps, **fields, **({"amount": amount} if amount else {}))
    for number, (steps, amount, fields) in enumerate(product(ENDS, AMOUNTS, FIELDS))
]


def figures_of(view: Any) -> Iterator[Any]:
    """All that have a list, at any depth."""
    if isinstance(view, dict):
        if "deals" in view and "without_amount" in view:
            yield view
        for each in view.values():
            yield from figures_of(each)
    elif isinstance(view, list):
        for each in view:
            yield from figures_of(each)


def figures_by_list(deals: list[Any]) -> dict[str, Any]:
    """The expected figures of these deals, without the mean."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for amount in (deal["amount"] for deal in deals if deal["amount"]):
        count, total = sums.get(amount["currency"], (0, Decimal(0)))
        sums[amount["currency"]] = count + 1, total + Decimal(amount["amount"])
    without = sum(deal["amount"] is None for deal in deals)
    return {"count": len(deals), "without_amount": without, "values": sums}


def figures_shown(figure: Any) -> dict[str, Any]:
    values = {each["currency"]: (each["count"], Decimal(each["sum"])) for each in figure["values"]}
    return {"count": figure["count"], "without_amount": figure["without_amount"], "values": values}


def value_of(deal: Any, dimension: str) -> str | None:
    if dimension == "currency":
        return deal["amount"]["currency"] if deal["amount"] else None
    return str(deal[dimension]) if deal[dimension] is not None else None


async def test_each_figure_is_that_of_its_list_whatever_the_dimensions(database: str) -> None:
    """The list of a whole figure is read; the parts of it by their values must be what the groups show."""
    async with pipeline(database, LINES) as client:
        for window, measure in product(WINDOWS, ("pipeline", "win-rate")):
            whole = await answer_of(client, f"metrics/{measure}", **window)
            lists = [
                (await answer_of(client, f"http://test{figure['deals']}"))["items"] for figure in figures_of(whole)
            ]
            assert [figures_by_list(deals) for deals in lists] == list(map(figures_shown, figures_of(whole)))
            for question in QUESTIONS if not window else DIMENSIONS:
                answer = await answer_of(client, f"metrics/{measure}", by=question, **window)
                assert answer["total"] == whole["total"]
                check_groups(answer, lists)


def check_groups(answer: Any, lists: list[list[Any]]) -> None:
    left = [len(deals) for deals in lists]
    for group in answer["groups"]:
        for number, (figure, deals) in enumerate(zip(figures_of(group), lists, strict=True)):
            inside = [deal for deal in deals if all(value_of(deal, name) == key for name, key in group["key"].items())]
            assert figures_shown(figure) == figures_by_list(inside), (answer["by"], group["key"])
            left[number] -= figure["count"]
    assert not any(left), "a group is missing"


async def test_the_address_of_a_group_leads_to_its_deals(database: str) -> None:
    async with pipeline(database, LINES) as client:
        for measure in ("pipeline", "velocity"):
            answer = await answer_of(client, f"metrics/{measure}", by="product,currency", **WINDOWS[2])
            for figure in (each for group in answer["groups"] for each in figures_of(group)):
                deals = (await answer_of(client, f"http://test{figure['deals']}"))["items"]
                assert figures_shown(figure) == figures_by_list(deals), figure["deals"]


async def test_each_time_in_stage_is_that_of_its_list(database: str) -> None:
    """The longest time by which half have left is one of the list's."""
    async with pipeline(database, LINES) as client:
        for window, question in product(WINDOWS, ("", *DIMENSIONS, "product,currency")):
            answer = await answer_of(client, "metrics/velocity", **window, **({"by": question} if question else {}))
            for group in (answer["total"], *answer["groups"]):
                for stage in group["stages"]:
                    deals = (await answer_of(client, f"http://test{stage['deals']}"))["items"]
                    still = sum(deal["open"] for deal in deals)
                    for measure in ("latest", "cumulative"):
                        times, seconds = stage[measure], {deal[f"{measure}_seconds"] for deal in deals}
                        assert (times["count"], times["open"]) == (len(deals), still), stage["deals"]
                        assert {times["median_seconds"], times["p90_seconds"]} <= {None, *seconds}, stage["deals"]


async def test_each_step_of_the_funnel_is_that_of_its_list(database: str) -> None:
    async with pipeline(database, LINES) as client:
        for window, question in product(WINDOWS, DIMENSIONS):
            answer = await answer_of(client, "metrics/funnel", by=question, **window)
            assert answer["steps"][1]["entered"] == (0 if window else len(LINES))
            assert sum(group["steps"][1]["entered"] for group in answer["groups"]) == answer["steps"][1]["entered"]
            for steps in (answer["steps"], *(group["steps"] for group in answer["groups"])):
                for step in steps:
                    cycles = (await answer_of(client, f"http://test{step['cycles']}&limit=100"))["items"]
                    converted = sum(cycle["converted_at"] is not None for cycle in cycles)
                    assert (step["entered"], step["converted"]) == (len(cycles), converted), step["cycles"]
                    behind = (await answer_of(client, f"http://test{step['converted_cycles']}&limit=100"))["items"]
                    assert behind == [cycle for cycle in cycles if cycle["converted_at"] is not None]


async def test_each_count_of_sqls_is_that_of_its_list(database: str) -> None:
    async with pipeline(database, LINES) as client:
        for window, sqls in (
            ({}, 24),
            ({"begins": "2026-02-03", "ends": "2026-02-03"}, 24),
            ({"ends": "2026-02-02"}, 0),
            ({"as_of": "2026-02-02T00:00:00Z"}, 0),
        ):
            answer = await answer_of(client, "metrics/cost-per-sql", **window)
            assert answer["total"]["sqls"] == sqls
            for figure in (answer["total"], *answer["sources"]):
                cycles = (await answer_of(client, f"http://test{figure['cycles']}&limit=100"))["items"]
                assert len(cycles) == figure["sqls"], figure["cycles"]
                assert {cycle["source"] for cycle in cycles} <= {figure.get("source", "sales")}


async def test_a_motion_or_approach_that_there_is_not_is_refused(database: str) -> None:
    async with pipeline(database, LINES[:1]) as client:
        for parameters in ({"motion": "bogus"}, {"approach": "hunter"}):
            for address in ("opportunities?set=open", "cycles?step=srl", "stays?stage=a&qualified=true", "accounts?"):
                answer = await client.get(f"metrics/{address}&{urlencode(parameters)}")
                assert answer.status_code == 422, address
                assert answer.json()["errors"][0]["pointer"] == f"query/{next(iter(parameters))}"
