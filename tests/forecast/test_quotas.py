"""Quotas: set on a node or rolled up, dated, by motion; and what they make of the deals."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.forecast.ledger.balances import CATEGORIES, ZERO, Balance
from services.forecast.ledger.quotas import Measures, measures, of_period, quotas_set
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.events import NodePlaced
from services.forecast.periods.calendar import all_parts
from services.forecast.quota.commands import SetQuota
from services.forecast.quota.decider import DECIDER
from services.forecast.quota.events import QuotaSet
from services.forecast.quota.state import Quotas
from shared.rules.money import Money
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.spec import NOON, NOW, Given

FIELDS = ("quota", "quota_set", "quota_rolled_up", "attainment", "gap_to_quota", "gap_after_commit", "coverage")
NONE = dict.fromkeys(FIELDS)


async def team(company: Company) -> None:
    """Ann and bob under acme, who own a won, a committed and an unqualified deal."""
    await company.put("acme", None, kind="unit")
    await company.put("ann", "acme")
    await company.put("bob", "acme")
    await company.deal("won", **WON, amount="60.00", close_date="2026-01-10")
    await company.deal("committed", owner="bob", category="commit", amount="30.00")
    await company.deal("asked", owner="bob", category="pipeline", qualified=False, amount="500.00")


async def quota(company: Company, node: str, period: str, amount: str, **more: Any) -> None:
    money = {"amount": amount, "currency": more.pop("currency", "EUR")}
    answer = company.noted(await company.api.put(f"quotas/{node}/{period}", json={"amount": money} | more))
    assert answer.status_code == 200, answer.text


def fields(node: dict[str, Any]) -> dict[str, Any]:
    return {name: node[name] for name in FIELDS}


def missing(answer: Any) -> int:
    return sum(each["count"] for each in answer["warnings"] if each["code"] == "quota_missing")


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_a_quota_rolls_up_where_none_is_set(company: Company) -> None:
    await team(company)
    await quota(company, "ann", "2026-Q1", "100.00")
    await quota(company, "bob", "2026-Q1", "80.00")
    answer = await company.rollup()
    assert fields(answer["node"]) == {
        "quota": "180.00",
        "quota_set": None,
        "quota_rolled_up": "180.00",
        "attainment": "0.3333",
        "gap_to_quota": "120.00",
        "gap_after_commit": "90.00",
        "coverage": "0.2500",
    }
    ann, bob = answer["node"]["children"]
    assert (ann["quota_set"], ann["quota_rolled_up"], ann["attainment"]) == ("100.00", None, "0.6000")
    assert (bob["gap_to_quota"], bob["gap_after_commit"], bob["coverage"]) == ("80.00", "50.00", "0.3750")
    await quota(company, "acme", "2026-Q1", "150.00")
    top = (await company.rollup(depth=0))["node"]
    assert (top["quota"], top["quota_set"], top["quota_rolled_up"]) == ("150.00", "150.00", "180.00")


async def test_a_node_without_a_quota_is_a_warning_once_there_are_any(company: Company) -> None:
    await team(company)
    answer = await company.rollup()
    assert (fields(answer["node"]), missing(answer)) == (NONE, 0)
    await quota(company, "ann", "2026-Q1", "0.00")
    answer = await company.rollup()
    assert (answer["node"]["quota"], missing(answer)) == ("0.00", 1)
    assert answer["node"]["attainment"] is None
    assert answer["node"]["coverage"] is None
    assert fields(answer["node"]["children"][1]) == NONE


async def test_a_longer_period_has_the_sum_of_its_parts_if_none_is_missing(company: Company) -> None:
    await team(company)
    for number in range(1, 4):
        await quota(company, "ann", f"2026-P0{number}", "10.00")
    assert (await company.rollup())["node"]["quota"] == "30.00"
    assert (await company.rollup(period="2026"))["node"]["quota"] is None
    for period in ("2026-Q2", "2026-H2"):
        await quota(company, "ann", period, "100.00")
    assert (await company.rollup(period="2026"))["node"]["quota"] == "230.00"
    assert (await company.rollup(period="2026-Q1-W02"))["node"]["quota"] is None


async def test_a_quota_by_motion_counts_for_questions_about_it_and_else_in_a_sum(company: Company) -> None:
    await team(company)
    await quota(company, "ann", "2026-Q1", "70.00", motion="new_business")
    await quota(company, "ann", "2026-Q1", "30.00", motion="existing_business")
    assert (await company.rollup())["node"]["quota"] == "100.00"
    assert (await company.rollup(motion="new_business"))["node"]["quota"] == "70.00"
    await quota(company, "ann", "2026-Q1", "90.00")
    assert (await company.rollup())["node"]["quota"] == "90.00"
    assert (await company.rollup(pipeline="default"))["node"]["quota"] is None


async def test_a_quota_counts_from_its_date_and_in_the_answer_s_currency(company: Company) -> None:
    await team(company)
    await company.set(currency="EUR")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.5"}))
    await quota(company, "ann", "2026-Q1", "100.00", currency="USD")
    assert (await company.rollup())["node"]["quota"] == "50.00"
    await quota(company, "ann", "2026-Q1", "70.00")
    await quota(company, "ann", "2026-Q1", "10.00", **{"from": "2026-01-15"})
    assert (await company.rollup())["node"]["quota"] == "70.00"
    found = (await company.read("quotas", node="ann", period="2026-Q1")).json()["items"]
    assert [(each["amount"]["amount"], each["starts"]) for each in found] == [
        ("100.00", None),
        ("70.00", "2026-03-03T09:00:00Z"),
        ("10.00", "2026-01-15T00:00:00Z"),
    ]


async def test_a_quota_of_nobody_or_of_no_period_is_refused(company: Company) -> None:
    await team(company)
    body = {"amount": {"amount": "1.00", "currency": "EUR"}}
    assert (await company.api.put("quotas/cay/2026-Q1", json=body)).status_code == 404
    for period in ("2026-Q5", "2018-Q1-W14"):
        answer = await company.api.put(f"quotas/ann/{period}", json=body)
        pointed_at = [each["pointer"] for each in answer.json()["errors"]]
        assert (answer.status_code, pointed_at) == (422, ["path/period"]), period
    ahead = await company.api.put("quotas/ann/2026-Q1", json=body | {"from": "2030-01-01"})
    assert ahead.status_code == 409


# -- the rules -------------------------------------------------------------------------------------------------------


EUR_100 = Money(amount=Decimal(100), currency="EUR")
DAYS: Mapping[str, Any] = {"first_day": date(2026, 1, 1), "last_day": date(2026, 3, 31)}
SET = SetQuota(node="ann", period="2026-Q1", amount=EUR_100, **DAYS)
FIRST = QuotaSet(node="ann", period="2026-Q1", motion=None, amount=EUR_100, starts=None, **DAYS)


ANN = NodePlaced(node="ann", parent=None, kind="person", starts=None, name=None)


def given(*facts: QuotaSet, org: Sequence[NodePlaced] = (ANN,)) -> Given[SetQuota, Quotas, QuotaSet]:
    return Given(DECIDER, facts, {"org-all": Given(ORG, org).state()})


def test_the_first_quota_holds_from_the_beginning_and_another_from_now_on() -> None:
    given().when(SET).then(FIRST)
    given(FIRST).when(SET).then()
    more = SET.model_copy(update={"amount": Money(amount=Decimal(200), currency="EUR")})
    given(FIRST).when(more).then(FIRST.model_copy(update={"amount": more.amount, "starts": NOON + timedelta(hours=1)}))


def test_a_quota_is_of_a_node() -> None:
    given(org=()).when(SET).missing("there is no node ann")


def test_a_quota_does_not_start_in_the_future() -> None:
    given().when(SET.model_copy(update={"starts": NOW + timedelta(seconds=1)})).rejected("future")


def test_the_parts_of_a_period_are_summed_only_when_each_has_a_quota() -> None:
    amounts: dict[tuple[str, str, str | None], Decimal] = {}
    amounts |= {("ann", period, None): Decimal(1) for period in ("2026-H1", "2026-Q3", "2026-P10", "2026-P11")}
    parts = all_parts("2026")
    assert of_period(amounts, "ann", "2026", parts, None) is None
    amounts["ann", "2026-P12", None] = Decimal(1)
    assert of_period(amounts, "ann", "2026", parts, None) == 5
    assert quotas_set(amounts, "2026-Q4", parts, None) == {"ann": 3}
    assert quotas_set(amounts, "2026-Q4", parts, "new_business") == {}


def test_nothing_is_divided_by_nothing() -> None:
    balance = Balance({}, dict.fromkeys(CATEGORIES, ZERO) | {"closed": Decimal(10)}, ZERO)
    assert measures(None, balance) == Measures()
    assert measures(ZERO, balance) == Measures(None, Decimal(-10), Decimal(-10), None)
    assert measures(Decimal(10), balance) == Measures(Decimal(1), ZERO, ZERO, None)
