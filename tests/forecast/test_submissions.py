"""Submissions: what a node calls for a period, week by week, beside the roll-up."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.events import OrgEvent
from services.forecast.periods.calendar import Calendar
from services.forecast.snapshot.events import WeekLocked
from services.forecast.snapshot.state import Locks
from services.forecast.submission.commands import SubmitCall
from services.forecast.submission.decider import DECIDER, Context
from services.forecast.submission.events import CalledAmounts, CallSubmitted
from services.forecast.submission.state import Calls
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Refusal, Rejected
from shared.rules.money import Money
from tests.forecast.conftest import Company
from tests.forecast.nodes import placed
from tests.forecast.test_overrides import codes, override, teams
from tests.spec import NOON, Given

Q1, WEEK = "2026-Q1", "2026-Q1-W10"


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def submitted(company: Company, node: str, amounts: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"node": node, "period": Q1, "amounts": amounts, **more}
    return company.noted(await company.api.post("submissions", json=body))


async def called(company: Company, node: str) -> Any:
    return (await company.rollup(node=node))["node"]["call"]


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_a_call_stands_beside_the_roll_up_and_never_enters_it(company: Company) -> None:
    await teams(company)
    before = (await company.rollup())["node"]["computed"]
    answer = await submitted(company, "ray", {"commit": eur("130.00"), "pipeline": eur("90.00")}, note="sure")
    assert (answer.status_code, answer.json()["week"]) == (201, WEEK)
    assert await called(company, "ray") == {
        "week": WEEK,
        "amounts": {"commit": "130.00", "pipeline": "90.00"},
        "at": "2026-03-03T09:00:00Z",
        "by": "tester",
        "delta_to_seen_by_self": {"commit": "30.00", "pipeline": "-10.00"},
        "previous": None,
    }
    answer = await company.rollup()
    assert (answer["node"]["computed"], answer["node"]["call"]) == (before, None)
    assert codes(await company.rollup(depth=3))["call_missing"] == 5
    await override(company, f"ray/{Q1}/commit", "self", "120.00")
    assert (await called(company, "ray"))["delta_to_seen_by_self"]["commit"] == "10.00"
    filtered = await company.rollup(node="ray", motion="new_business")
    assert (filtered["node"]["call"], codes(filtered)) == (None, {})


async def test_a_later_call_replaces_that_of_its_week_and_the_week_before_is_the_previous_one(company: Company) -> None:
    await teams(company)
    await submitted(company, "ray", {"commit": eur("10.00")}, week="2026-Q1-W09")
    await submitted(company, "ray", {"commit": eur("20.00"), "upside": eur("30.00")})
    await submitted(company, "ray", {"commit": eur("25.00")}, note="less")
    found = await called(company, "ray")
    assert (found["week"], found["amounts"]) == (WEEK, {"commit": "25.00"})
    assert (found["previous"]["week"], found["previous"]["amounts"]) == ("2026-Q1-W09", {"commit": "10.00"})
    items = (await company.read("submissions", node="ray", period=Q1)).json()["items"]
    assert [(each["week"], each["amounts"]["commit"], each["note"]) for each in items] == [
        ("2026-Q1-W09", eur("10.00"), None),
        (WEEK, eur("20.00"), None),
        (WEEK, eur("25.00"), "less"),
    ]
    assert len((await company.read("submissions", week="2026-Q1-W09")).json()["items"]) == 1


async def test_an_invalid_call_is_refused_with_its_reason(company: Company) -> None:
    await teams(company)
    some = {"commit": eur("1.00")}
    assert (await submitted(company, "nobody", some)).status_code == 404
    ahead = await submitted(company, "ray", some, week="2026-Q1-W12")
    assert (ahead.status_code, ahead.json()["detail"]) == (409, "2026-Q1-W12 has not begun")
    for more, pointer in (
        ({"period": "2026-Q5"}, "/period"),
        ({"week": "2026-Q1"}, "/week"),
        ({"week": "2018-Q1-W14"}, "/week"),
    ):
        answer = await submitted(company, "ray", some, **more)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer]), more
    for amounts, pointer in (({}, "/amounts"), ({"closed": eur("1.00")}, "/amounts/closed")):
        answer = await submitted(company, "ray", amounts)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer]), amounts


# -- the rules -------------------------------------------------------------------------------------------------------


AMOUNTS = CalledAmounts(commit=Money(amount=Decimal("5.00"), currency="EUR"))
FIELDS: dict[str, Any] = {
    "node": "ray",
    "period": Q1,
    "first_day": date(2026, 1, 1),
    "last_day": date(2026, 3, 31),
    "week": WEEK,
    "week_starts": date(2026, 3, 2),
    "amounts": AMOUNTS,
    "note": None,
    "frontier": "forecast:1",
}
CALL = SubmitCall(**FIELDS, week_begins=datetime(2026, 3, 2, tzinfo=UTC))
MADE = CallSubmitted(**FIELDS)
ORGANISATION: Sequence[OrgEvent] = (placed("ann", None), placed("ray", "ann"), placed("bea", "ann"))


def decided(
    *facts: CallSubmitted, org: Sequence[OrgEvent] = ORGANISATION, locked: Sequence[str] = ()
) -> list[CallSubmitted]:
    calls: Calls = DECIDER.fold((fact, NOON) for fact in facts)
    locks = Locks({node: lock(node) for node in locked})
    return DECIDER.decide(calls, CALL, NOON, Context(Given(ORG, org).state(), locks))


def lock(node: str) -> WeekLocked:
    days = {name: FIELDS[name] for name in ("period", "first_day", "last_day", "week")}
    answer: dict[str, Any] = {"as_of": NOON, "frontier": "forecast:1", "hash_version": 1, "hash": "x"}
    more: dict[str, Any] = {"snapshot_id": "s1", "currency": "EUR", "rate_policy": "close_date"}
    return WeekLocked(node=node, **days, **answer, **more)


def test_the_same_call_again_changes_nothing() -> None:
    assert decided() == [MADE]
    assert decided(MADE) == []
    assert decided(MADE, MADE.model_copy(update={"amounts": CalledAmounts(upside=AMOUNTS.commit)})) == [MADE]


@pytest.mark.parametrize("node", ["ray", "ann"])
def test_a_locked_week_takes_no_call_of_the_node_or_below_it(node: str) -> None:
    with pytest.raises(Rejected, match=f"{WEEK} is locked for {node}, by snapshot s1"):
        decided(locked=[node])
    assert decided(locked=["bea"]) == [MADE]


def test_a_call_is_of_a_node() -> None:
    with pytest.raises(Refusal, match="there is no node ray"):
        decided(org=ORGANISATION[:1])


def test_every_day_is_in_one_week() -> None:
    calendar, day = Calendar(CalendarRule()), date(2025, 12, 25)
    while day < date(2026, 4, 9):
        week = calendar.week_of(day)
        assert week.starts <= day <= week.ends, day
        assert calendar.period(week.key) == week
        day += timedelta(days=1)
