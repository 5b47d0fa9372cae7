"""The currency of an answer: the settings', else the deals' own; several stand apart, and none is a silent zero."""

from typing import Any

from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON

ZERO = {"omitted": "0.00", "pipeline": "0.00", "upside": "0.00", "commit": "0.00", "closed": "0.00"}
SINGLE = ("own", "pure", "computed", "seen_by_self", "seen_by_parent", "unqualified")


async def in_two_currencies(company: Company) -> None:
    await company.put("acme", None, kind="unit")
    await company.put("ann", "acme")
    await company.put("bob", "acme")
    await company.deal("won", **WON, currency="USD")
    await company.deal("open", currency="JPY", amount="5000", owner="bob", qualified=False)
    await company.deal("unpriced", currency=None, amount=None)


def warned(answer: Any, code: str) -> list[tuple[int, str | None, str | None]]:
    found = [each for each in answer["warnings"] if each["code"] == code]
    return [(each["count"], each["amount"], each["currency"]) for each in found]


async def test_without_deals_and_setting_there_is_no_currency(company: Company) -> None:
    answer = await company.rollup()
    assert (answer["currency"], answer["node"]["pure"], answer["node"]["by_currency"]) == (None, ZERO, {})
    assert answer["warnings"] == []


async def test_one_currency_of_all_deals_is_that_of_the_answer(company: Company) -> None:
    await company.deal("one", **WON, currency="USD")
    answer = await company.rollup()
    assert (answer["currency"], answer["node"]["pure"]["closed"]) == ("USD", "100.00")
    assert answer["node"]["by_currency"] is None


async def test_several_currencies_stand_apart_in_every_node(company: Company) -> None:
    await in_two_currencies(company)
    answer = await company.rollup()
    root = answer["node"]
    assert answer["currency"] is None
    assert [root[name] for name in SINGLE] == [None] * len(SINGLE)
    assert root["by_currency"]["USD"]["pure"] == ZERO | {"closed": "100.00"}
    assert root["by_currency"]["JPY"]["pure"] == dict.fromkeys(ZERO, "0") | {"pipeline": "5000"}
    assert root["by_currency"]["JPY"]["unqualified"] == "5000"
    assert root["counts"] == {"omitted": 0, "pipeline": 2, "upside": 0, "commit": 0, "closed": 1}
    ann, bob = root["children"]
    assert ann["by_currency"]["USD"]["own"]["closed"] == "100.00"
    assert ann["by_currency"].keys() == bob["by_currency"].keys() == {"USD", "JPY"}
    assert bob["by_currency"]["JPY"]["own"]["pipeline"] == "5000"
    assert warned(answer, "currency_missing") == [(2, None, None)]
    assert warned(answer, "rate_missing") == []


async def test_the_cumulative_view_and_filters_stand_apart_too(company: Company) -> None:
    await in_two_currencies(company)
    answer = await company.rollup(view="cumulative", qualified=True, depth=0)
    found = answer["node"]["by_currency"]
    assert found.keys() == {"USD"}
    assert (found["USD"]["pure"]["commit"], found["USD"]["pure"]["open"]) == ("100.00", "0.00")
    assert found["USD"]["own"] is None


async def test_a_period_without_deals_is_zero_in_no_currency(company: Company) -> None:
    await in_two_currencies(company)
    answer = await company.rollup(period="2030")
    assert (answer["currency"], answer["node"]["pure"], answer["node"]["by_currency"]) == (None, ZERO, {})


async def test_a_question_may_choose_one_and_the_answer_warns_of_what_that_leaves_out(company: Company) -> None:
    await in_two_currencies(company)
    answer = await company.rollup(currency="USD")
    assert (answer["currency"], answer["node"]["pure"]["closed"]) == ("USD", "100.00")
    assert answer["node"]["by_currency"] is None
    assert warned(answer, "rate_missing") == [(1, "5000", "JPY")]


async def test_the_setting_holds_whatever_the_deals_are_in(company: Company) -> None:
    await in_two_currencies(company)
    await company.set(currency="EUR")
    answer = await company.rollup()
    assert (answer["currency"], answer["node"]["pure"]) == ("EUR", ZERO)
    assert warned(answer, "rate_missing") == [(1, "5000", "JPY"), (1, "100.00", "USD")]
    assert (await company.rollup(currency="JPY"))["node"]["pure"]["pipeline"] == "5000"
