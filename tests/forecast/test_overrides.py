"""Overrides: what people state in place of what the roll-up computes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.events import OrgEvent
from services.forecast.override.commands import OverriddenPeriod, OverrideCommand, ResetOverride, SetOverride
from services.forecast.override.decider import DECIDER
from services.forecast.override.events import AnyOverrideEvent, Basis, By, OverrideReset, OverrideSet
from services.forecast.override.state import Overrides
from shared.rules.money import Money
from shared.rules.sealed import Sealed
from tests.forecast.conftest import Company
from tests.forecast.nodes import moved, placed
from tests.forecast.pipeline_events import WON
from tests.spec import NOON, NOW, Given

Q1 = "2026-Q1"


async def teams(company: Company) -> None:
    """Ann's team has ray and rob, bea's has rita; each has a deal in commit."""
    for node, parent in (("root", None), ("ann", "root"), ("bea", "root"), ("ray", "ann"), ("rob", "ann")):
        await company.put(node, parent)
    await company.put("rita", "bea")
    for owner, amount in (("ray", "100.00"), ("rob", "50.00"), ("rita", "70.00")):
        await company.deal(owner, owner=owner, category="commit", amount=amount)


async def override(company: Company, path: str, by: str, amount: str, **more: Any) -> httpx.Response:
    body = {"amount": {"amount": amount, "currency": more.pop("currency", "EUR")}, "note": f"{by} says {amount}"}
    positions = f"forecast:{company.written},pipeline:{company.pipeline_position}"
    headers = {"X-Min-Position": positions, "Prefer": "wait=10"}
    return company.noted(
        await company.api.put(f"overrides/{path}", params={"by": by}, json=body | more, headers=headers)
    )


async def overridden(company: Company, path: str, by: str, amount: str, **more: Any) -> None:
    answer = await override(company, path, by, amount, **more)
    assert answer.status_code == 200, answer.text


async def both_overrides(company: Company) -> None:
    await teams(company)
    await overridden(company, f"ray/{Q1}/commit", "manager", "120.00")
    await overridden(company, f"ann/{Q1}/commit", "self", "200.00")


async def commits(company: Company, **params: Any) -> dict[str, dict[str, str]]:
    """The amounts of the column commit, by node."""
    answer = await company.rollup(view="cumulative", depth=3, **params)
    fields = ("pure", "computed", "seen_by_self", "seen_by_parent")
    return {each["node_id"]: {name: each[name]["commit"] for name in fields} for each in nodes(answer["node"])}


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for child in node["children"] for below in nodes(child))]


async def only_override(company: Company, node: str, **params: Any) -> dict[str, Any]:
    (found,) = (await company.rollup(node=node, **params))["node"]["overrides"]
    return dict(found)


def codes(answer: Any) -> dict[str, int]:
    return {each["code"]: each["count"] for each in answer["warnings"]}


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_an_override_counts_upwards_in_place_of_what_is_computed(company: Company) -> None:
    await both_overrides(company)
    found = await commits(company)
    assert found["ray"] == {
        "pure": "100.00",
        "computed": "100.00",
        "seen_by_self": "100.00",
        "seen_by_parent": "120.00",
    }
    assert found["ann"] == {
        "pure": "150.00",
        "computed": "170.00",
        "seen_by_self": "200.00",
        "seen_by_parent": "200.00",
    }
    assert (found["root"]["computed"], found["root"]["pure"]) == ("270.00", "220.00")
    assert await only_override(company, "ann") == {
        "column": "commit",
        "by": "self",
        "amount": "200.00",
        "currency": "EUR",
        "note": "self says 200.00",
        "basis": "170.00",
        "delta": "30.00",
        "drift": "0.00",
        "stale": False,
        "made_at": "2026-03-03T09:00:00Z",
        "made_by": "tester",
    }


async def test_an_override_is_a_line_beside_the_deals_behind_a_number(company: Company) -> None:
    await both_overrides(company)
    found = (await company.read("rollup/ann/opportunities", period=Q1)).json()
    assert [each["opportunity_id"] for each in found["items"]] == ["ray", "rob"]
    lines = [(each["node_id"], each["by"], each["amount"], each["basis"]) for each in found["overrides"]]
    assert sorted(lines) == [("ann", "self", "200.00", "170.00"), ("ray", "manager", "120.00", "100.00")]
    assert (await company.read("rollup/bea/opportunities", period=Q1)).json()["overrides"] == []


async def test_a_manager_s_override_counts_under_that_manager_alone(company: Company) -> None:
    await both_overrides(company)
    before = await commits(company)
    await company.put("ray", "bea")
    found = await commits(company)
    assert found["ray"]["seen_by_parent"] == "100.00"
    assert (found["ann"]["computed"], found["ann"]["seen_by_parent"]) == ("50.00", "200.00")
    assert (found["bea"]["computed"], found["bea"]["seen_by_parent"]) == ("170.00", "170.00")
    assert (found["root"]["computed"], found["root"]["pure"]) == ("370.00", "220.00")
    drifted = await only_override(company, "ann")
    assert (drifted["basis"], drifted["delta"], drifted["drift"]) == ("170.00", "30.00", "-120.00")
    assert (await company.rollup(node="ray"))["node"]["overrides"] == []
    await company.put("ray", "ann")
    assert await commits(company) == before


async def test_columns_that_cross_are_a_warning_and_single_amounts_may_be_negative(company: Company) -> None:
    await company.put("root", None)
    await company.put("ray", "root")
    await company.deal("committed", owner="ray", category="commit", amount="100.00")
    await company.deal("hoped", owner="ray", category="upside", amount="50.00")
    await overridden(company, f"ray/{Q1}/commit", "manager", "300.00")
    wide = (await company.rollup(node="ray", view="cumulative"))["node"]["seen_by_parent"]
    assert (wide["commit"], wide["upside"], wide["pipeline"]) == ("300.00", "150.00", "150.00")
    answer = await company.rollup(node="ray")
    assert answer["node"]["seen_by_parent"]["upside"] == "-150.00"
    assert codes(answer)["views_cross"] == 1
    await company.deal("won", **WON, owner="ray", amount="400.00")
    answer = await company.rollup(node="ray", view="cumulative")
    above = answer["node"]["seen_by_parent"]
    assert (above["closed"], above["commit"], above["upside"]) == ("400.00", "300.00", "550.00")
    assert codes(answer)["views_cross"] == 1
    for column in ("closed", "omitted"):
        assert (await override(company, f"ray/{Q1}/{column}", "self", "1.00")).status_code == 409
    assert (await override(company, f"ray/{Q1}/open", "self", "1.00")).status_code == 422
    filtered = (await company.rollup(node="ray", motion="new_business"))["node"]
    assert filtered["pure"]["commit"] == "100.00"
    assert [filtered[name] for name in ("computed", "seen_by_self", "seen_by_parent")] == [None] * 3
    assert filtered["overrides"] == []


async def test_a_commit_includes_what_is_closed(company: Company) -> None:
    await teams(company)
    await company.deal("won", **WON, owner="ray", amount="30.00")
    await overridden(company, f"ray/{Q1}/commit", "self", "150.00")
    node = (await company.rollup(node="ray"))["node"]
    assert (node["seen_by_self"]["closed"], node["seen_by_self"]["commit"]) == ("30.00", "120.00")
    assert node["overrides"][0]["basis"] == "130.00"


async def test_a_reset_override_no_longer_counts_and_stays_in_the_history(company: Company) -> None:
    await both_overrides(company)
    company.clock.pass_by(days=20)
    assert codes(await company.rollup())["override_stale"] == 2
    assert (await only_override(company, "ann"))["stale"] is True
    for _ in range(2):
        reset = await company.api.delete(f"overrides/ann/{Q1}/commit", params={"by": "self"})
        assert company.noted(reset).status_code == 200
    assert (await commits(company))["ann"]["seen_by_parent"] == "170.00"
    items = (await company.read("overrides", node="ann", period=Q1)).json()["items"]
    assert [(each["amount"], each["note"], each["by"], each["under"]) for each in items] == [
        ({"amount": "200.00", "currency": "EUR"}, "self says 200.00", "self", None),
        (None, None, "self", None),
    ]
    (ray,) = (await company.read("overrides", node="ray")).json()["items"]
    assert (ray["under"], ray["basis"]) == ("ann", {"amount": "100.00", "frontier": "forecast:6,pipeline:3"})


async def test_an_override_has_a_currency_of_its_own(company: Company) -> None:
    await teams(company)
    await company.set(currency="EUR")
    await overridden(company, f"ray/{Q1}/commit", "self", "400.00", currency="USD")
    answer = await company.rollup(node="ray", view="cumulative")
    assert answer["node"]["seen_by_self"]["commit"] == "100.00"
    assert ("USD", "400.00") in [(each["currency"], each["amount"]) for each in answer["warnings"]]
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.5"}))
    node = (await company.rollup(node="ray", view="cumulative"))["node"]
    assert node["seen_by_self"]["commit"] == "200.00"
    assert (node["overrides"][0]["basis"], node["overrides"][0]["drift"]) == ("0.00", "200.00")


async def test_an_override_without_deals_is_in_its_own_currency(company: Company) -> None:
    await company.put("root", None)
    await overridden(company, f"root/{Q1}/upside", "self", "40.00", currency="CHF")
    answer = await company.rollup()
    assert (answer["currency"], answer["node"]["seen_by_self"]["upside"]) == ("CHF", "40.00")


async def test_an_override_is_of_its_period_and_of_its_days(company: Company) -> None:
    await both_overrides(company)
    assert (await commits(company, period="2026-P03"))["ann"]["seen_by_parent"] == "150.00"
    await company.set(calendar="fy", calendar_rule={"starts_month": 2, "year_named_by": "start"})
    answer = await company.rollup(period=Q1, node="ann")
    assert (answer["node"]["overrides"], codes(answer)["override_other_calendar"]) == ([], 2)


async def test_an_invalid_override_is_refused_with_its_reason(company: Company) -> None:
    await company.put("root", None)
    assert (await override(company, f"nobody/{Q1}/commit", "self", "1.00")).status_code == 404
    nobody = await override(company, f"root/{Q1}/commit", "manager", "1.00")
    assert (nobody.status_code, nobody.json()["detail"]) == (
        409,
        "no person is above root: it has no manager who could override it",
    )
    body = {"amount": {"amount": "1.00", "currency": "EUR"}}
    bare = await company.api.put(f"overrides/root/{Q1}/commit", params={"by": "self"}, json=body)
    assert (bare.status_code, [each["pointer"] for each in bare.json()["errors"]]) == (422, ["/note"])
    unsaid = await company.api.put(f"overrides/root/{Q1}/commit", json=body | {"note": "so"})
    assert (unsaid.status_code, [each["pointer"] for each in unsaid.json()["errors"]]) == (422, ["query/by"])


# -- the rules -------------------------------------------------------------------------------------------------------


EUR_100 = Money(amount=Decimal("100.00"), currency="EUR")
BASIS = Basis(amount=Decimal("70.00"), frontier="forecast:1")
PERIOD = OverriddenPeriod(
    key=Q1, first_day=date(2026, 1, 1), last_day=date(2026, 3, 31), last_instant=NOON + timedelta(days=30)
)
SUBJECT: dict[str, Any] = {"node": "ray", "column": "commit"}
SET = SetOverride(**SUBJECT, period=PERIOD, by="manager", amount=EUR_100, note="sure", basis=BASIS)
STORED: dict[str, Any] = SUBJECT | {"period": Q1, "first_day": PERIOD.first_day, "last_day": PERIOD.last_day}
ORGANISATION: Sequence[OrgEvent] = (
    placed("ann", None),
    placed("desk", "ann", kind="unit"),
    placed("ray", "desk"),
    placed("bea", "ann"),
)


def given(
    *facts: AnyOverrideEvent, org: Sequence[OrgEvent] = ORGANISATION
) -> Given[OverrideCommand, Overrides, AnyOverrideEvent]:
    return Given(DECIDER, facts, {"org-all": Given(ORG, org).state()})


def was_set(by: By, under: str | None) -> OverrideSet:
    stated: dict[str, Any] = {"amount": EUR_100, "note": Sealed(value="sure"), "basis": BASIS}
    return OverrideSet(**STORED, **stated, by=by, under=under)


def test_a_manager_s_override_names_the_nearest_person_above() -> None:
    given().when(SET).then(was_set("manager", "ann"))
    given().when(SET.model_copy(update={"by": "self"})).then(was_set("self", None))


def test_an_ended_period_has_the_manager_of_its_end() -> None:
    later: datetime = NOON + timedelta(minutes=30)
    org = (*ORGANISATION, moved("ray", "bea", later))
    given(org=org).when(SET).then(was_set("manager", "bea"))
    ended = PERIOD.model_copy(update={"last_instant": later - timedelta(minutes=1)})
    given(org=org).when(SET.model_copy(update={"period": ended})).then(was_set("manager", "ann"))


def test_only_what_is_in_force_is_reset() -> None:
    reset = ResetOverride(**SUBJECT, period=PERIOD, by="manager")
    happened = OverrideReset(**STORED, by="manager")
    given().when(reset).then()
    given(was_set("self", None)).when(reset).then()
    given(was_set("manager", "ann")).when(reset).then(happened)
    given(was_set("manager", "ann"), happened).when(reset).then()


def test_closed_amounts_and_nodes_that_do_not_exist_have_no_overrides() -> None:
    given().when(SET.model_copy(update={"column": "closed"})).rejected("closed amounts cannot be overridden")
    given(org=()).when(SET).missing("there is no node ray")
    given().when(SET.model_copy(update={"node": "ann"}), at=NOW).rejected("no person is above ann")
