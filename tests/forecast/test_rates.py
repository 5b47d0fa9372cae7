"""Amounts in other currencies, converted by dated rates, under each policy; and the rates with their history."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.forecast.ledger.conversion import Conversion, RateTable
from services.forecast.rate import commands, events
from services.forecast.rate.decider import DECIDER
from services.forecast.rate.state import Rates
from services.forecast.setting.events import SettingChanged
from services.forecast.setting.state import SettingChange, Settings
from services.forecast.snapshot.events import RatePolicy
from shared.rules.message import InvalidField
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.spec import NOON

IN_EUR = {"settings": Settings((SettingChange(SettingChanged(currency="EUR", starts=NOON), NOON),))}
USD = commands.SetRate(currency="USD", day=date(2026, 1, 1), rate=Decimal("0.90"))
USD_SET = events.RateSet(currency="USD", per="EUR", day=date(2026, 1, 1), rate=Decimal("0.90"))


async def rate(company: Company, path: str, value: str, **more: Any) -> None:
    answer = company.noted(await company.api.put(f"rates/{path}", json={"rate": value} | more))
    assert answer.status_code == 200, answer.text


async def in_euros(company: Company) -> None:
    await company.set(currency="EUR")
    await company.put("acme", None, kind="unit")
    await company.put("ann", "acme")
    await company.put("bob", "acme")
    await rate(company, "USD/2026-01-01", "0.90")
    await rate(company, "USD/2026-02-01", "0.92")


def pure(answer: Any) -> dict[str, str]:
    return {name: amount for name, amount in answer["node"]["pure"].items() if Decimal(amount)}


def missing(answer: Any) -> list[tuple[int, str, str]]:
    found = [each for each in answer["warnings"] if each["code"] == "rate_missing"]
    return [(each["count"], each["amount"], each["currency"]) for each in found]


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_a_won_deal_takes_the_rate_of_its_close_date_also_after_that_was_edited(company: Company) -> None:
    await in_euros(company)
    await company.deal("won", **WON, currency="USD", amount="1000.00", close_date="2026-02-10")
    answer = await company.rollup()
    assert (answer["currency"], answer["rate_policy"], pure(answer)) == ("EUR", "close_date", {"closed": "920.00"})
    await rate(company, "USD/2026-02-01", "0.95")
    assert pure(await company.rollup()) == {"closed": "950.00"}
    await rate(company, "USD/2026-02-11", "0.50")
    assert pure(await company.rollup()) == {"closed": "950.00"}


async def test_wins_of_different_days_are_each_converted_by_their_own_rate(company: Company) -> None:
    await in_euros(company)
    await company.deal("january", **WON, currency="USD", amount="100.00", close_date="2026-01-31")
    await company.deal("february", **WON, currency="USD", amount="100.00", close_date="2026-02-01")
    await company.deal("at home", **WON, currency="EUR", amount="1.00", close_date="2026-01-15")
    answer = await company.rollup()
    assert pure(answer) == {"closed": "183.00"}
    assert answer["node"]["counts"]["closed"] == 3


async def test_an_open_deal_takes_today_s_rate_or_that_of_the_period_s_last_day(company: Company) -> None:
    await in_euros(company)
    await company.deal("this quarter", currency="USD", close_date="2026-03-31")
    await company.deal("late", currency="USD", close_date="2025-12-31")
    await rate(company, "USD/2025-12-31", "0.70")
    await rate(company, "USD/2026-03-04", "0.10")
    assert pure(await company.rollup()) == {"pipeline": "92.00"}
    assert pure(await company.rollup(period="2025-Q4")) == {"pipeline": "70.00"}


async def test_sums_are_rounded_half_even_once_for_each_node(company: Company) -> None:
    await in_euros(company)
    for owner in ("ann", "bob"):
        await company.deal(owner, **WON, owner=owner, currency="USD", amount="0.05", close_date="2026-01-10")
    answer = await company.rollup()
    assert pure(answer) == {"closed": "0.09"}
    assert [child["pure"]["closed"] for child in answer["node"]["children"]] == ["0.04", "0.04"]


async def test_the_latest_and_the_planned_rate_are_chosen_by_their_policy(company: Company) -> None:
    await in_euros(company)
    await company.deal("won", **WON, currency="USD", amount="1000.00", close_date="2026-01-10")
    await rate(company, "USD/plan/2026", "0.80")
    await rate(company, "USD/2026-03-03", "0.99")
    policies = ("close_date", "latest", "plan")
    found = [pure(await company.rollup(rate_policy=policy))["closed"] for policy in policies]
    assert found == ["900.00", "990.00", "800.00"]
    assert missing(await company.rollup(rate_policy="plan", period="2025")) == []
    await company.deal("before", **WON, currency="USD", amount="7.00", close_date="2025-05-05")
    assert missing(await company.rollup(rate_policy="plan", period="2025")) == [(1, "7.00", "USD")]


async def test_another_currency_is_answered_by_way_of_the_own_one(company: Company) -> None:
    await in_euros(company)
    await rate(company, "GBP/2026-01-01", "1.15")
    await company.deal("won", **WON, currency="GBP", amount="100.00", close_date="2026-02-10")
    await company.deal("at home", **WON, currency="EUR", amount="92.00", close_date="2026-02-10")
    assert pure(await company.rollup(currency="USD")) == {"closed": "225.00"}


async def test_an_amount_before_the_first_rate_is_left_out_with_a_warning(company: Company) -> None:
    await in_euros(company)
    await company.deal("early", **WON, currency="USD", amount="5.00", close_date="2025-12-31")
    await company.deal("no rate", currency="CHF", amount="6.00", close_date="2025-12-31")
    answer = await company.rollup(period="2025-Q4")
    assert (pure(answer), answer["node"]["counts"]["closed"]) == ({}, 1)
    assert missing(answer) == [(1, "6.00", "CHF"), (1, "5.00", "USD")]


async def test_filters_and_the_organisation_of_a_past_period_convert_alike(company: Company) -> None:
    await in_euros(company)
    await company.deal("won", **WON, currency="USD", amount="1000.00", close_date="2025-12-31")
    await rate(company, "USD/2025-12-01", "0.60")
    before = await company.rollup(period="2025-Q4", motion="new_business")
    await company.put("cay", "acme")
    await company.put("ann", "cay")
    after = await company.rollup(period="2025-Q4")
    assert pure(before) == pure(after) == {"closed": "600.00"}
    assert [child["node_id"] for child in after["node"]["children"]] == ["ann", "bob", "cay"]


async def test_rates_are_listed_with_their_history(company: Company) -> None:
    await in_euros(company)
    await rate(company, "USD/2026-02-01", "0.95", source="ecb")
    await rate(company, "USD/2026-02-01", "0.950", source="ecb")
    await rate(company, "CHF/plan/2026", "1.05", per="USD")
    found = (await company.read("rates", currency="USD")).json()["items"]
    assert [(each["day"], each["rate"], each["per"], each["source"]) for each in found] == [
        ("2026-01-01", "0.9", "EUR", None),
        ("2026-02-01", "0.92", "EUR", None),
        ("2026-02-01", "0.95", "EUR", "ecb"),
    ]
    first = (await company.read("rates", limit=3)).json()
    (last,) = (await company.read("rates", limit=3, after=first["next"])).json()["items"]
    assert (last["currency"], last["per"], last["day"], last["year"], last["rate"]) == (
        "CHF",
        "USD",
        None,
        2026,
        "1.05",
    )


async def test_an_invalid_rate_is_refused(company: Company, subtests: pytest.Subtests) -> None:
    for path, body, pointer in [
        ("USD/2026-01-01", {"rate": "0.9"}, "/per"),
        ("USD/2026-01-01", {"rate": "0.9", "per": "USD"}, "/per"),
        ("USD/2026-01-01", {"rate": "0", "per": "EUR"}, "/rate"),
        ("USD/2026-01-01", {"rate": "-1", "per": "EUR"}, "/rate"),
        ("USD/2026-01-01", {"rate": 0.9, "per": "EUR"}, "/rate"),
        ("USD/2026-13-01", {"rate": "0.9", "per": "EUR"}, "path/day"),
        ("EURO/2026-01-01", {"rate": "0.9", "per": "USD"}, "path/currency"),
        ("USD/plan/20", {"rate": "0.9", "per": "EUR"}, "path/year"),
    ]:
        with subtests.test(path=path, body=body, pointer=pointer):
            answer = await company.api.put(f"rates/{path}", json=body)
            assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])


# -- the rules -------------------------------------------------------------------------------------------------------


def test_a_rate_is_quoted_in_the_own_currency_of_that_instant() -> None:
    assert DECIDER.decided(Rates(), USD, NOON, IN_EUR) == [USD_SET]
    with pytest.raises(InvalidField, match="is needed"):
        DECIDER.decided(Rates(), USD, NOON.replace(year=2025), IN_EUR)


def test_a_rate_that_is_set_again_is_no_event_and_an_edit_is() -> None:
    known = DECIDER.fold([(USD_SET, NOON)])
    assert DECIDER.decided(known, USD, NOON, IN_EUR) == []
    edited = USD.model_copy(update={"rate": Decimal("0.91")})
    assert DECIDER.decided(known, edited, NOON, IN_EUR) == [USD_SET.model_copy(update={"rate": Decimal("0.91")})]


TABLE = RateTable(
    "EUR",
    {"USD": [(date(2026, 1, 1), Decimal("0.9")), (date(2026, 2, 1), Decimal("0.8"))]},
    {("USD", 2026): Decimal("0.7")},
)


@pytest.mark.parametrize(
    ("policy", "closed_on", "expected"),
    [
        ("close_date", None, "0.9"),
        ("close_date", date(2026, 2, 1), "0.8"),
        ("close_date", date(2026, 1, 31), "0.9"),
        ("close_date", date(2025, 12, 31), None),
        ("latest", date(2026, 1, 1), "0.8"),
        ("plan", date(2026, 1, 1), "0.7"),
    ],
)
def test_the_rate_in_force_is_that_of_the_last_day_that_has_one(
    policy: RatePolicy, closed_on: date | None, expected: str | None
) -> None:
    conversion = Conversion("EUR", policy, TABLE, date(2026, 1, 15), date(2026, 3, 3), 2026)
    found = conversion.converted(Decimal(1), "USD", closed_on)
    assert found == (None if expected is None else Decimal(expected))
    assert conversion.converted(Decimal(1), "GBP", closed_on) is None
    assert conversion.converted(Decimal(1), "EUR", closed_on) == 1
