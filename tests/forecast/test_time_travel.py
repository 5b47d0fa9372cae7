"""The same question at the same instant, known from the same events, has the same answer for ever."""

from typing import Any

import pytest

from services.forecast.projections import known_positions
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.forecast.test_overrides import both_overrides, commits
from tests.forecast.test_submissions import eur, submitted

Question = dict[str, Any]


async def bookmarked(company: Company, **question: Any) -> tuple[Question, str]:
    """A question that fixes the instant and the events of the present answer, and what it answers now."""
    now = await company.rollup(depth=3, **question)
    fixed: Question = question | {"depth": 3, "as_of": now["as_of"], "known_at": now["frontier"]}
    answer = (await company.read("rollup", **fixed)).text
    assert answer == (await company.read("rollup", depth=3, **question)).text
    return fixed, answer


async def test_the_past_stays_as_it_was_whatever_is_changed_afterwards(company: Company) -> None:
    await both_overrides(company)
    await company.set(currency="EUR")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.9"}))
    await company.deal("dollars", **WON, owner="rita", currency="USD", amount="1000.00", close_date="2026-02-10")
    await company.deal("undated", owner="rob", close_date=None)
    await company.deal("unmapped", owner="rob", stage="odd", stage_mapped=False)
    await submitted(company, "ray", {"commit": eur("110.00")})
    question, before = await bookmarked(company)
    company.clock.pass_by(days=1)
    await company.put("ray", "bea")
    await company.put("rita", "bea", name="Rita the Second")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.95"}))
    company.noted(await company.api.put("quotas/ray/2026-Q1", json={"amount": eur("9.00")}))
    await company.api.delete("overrides/ann/2026-Q1/commit", params={"by": "self"})
    await submitted(company, "ray", {"commit": eur("1.00")})
    await company.set(calendar="fy", calendar_rule={"starts_month": 2, "year_named_by": "start"})
    await company.deal("ray", "amount_changed", owner="ray", category="commit", amount="1.00")
    await company.deal("unmapped", "stage_changed", outcome="lost", owner="rob")
    assert (await company.read("rollup", **question)).text == before


async def test_an_edited_rate_changes_answers_that_know_of_it_alone(company: Company) -> None:
    await company.set(currency="EUR")
    for day, rate in (("2026-01-01", "0.90"), ("2026-02-01", "0.92")):
        company.noted(await company.api.put(f"rates/USD/{day}", json={"rate": rate}))
    await company.deal("dollars", **WON, currency="USD", amount="1000.00", close_date="2026-02-10")
    question, _ = await bookmarked(company)
    company.noted(await company.api.put("rates/USD/2026-02-01", json={"rate": "0.95"}))
    known = await company.rollup(**question)
    assert known["node"]["pure"]["closed"] == "920.00"
    assert (await company.rollup(as_of=question["as_of"]))["node"]["pure"]["closed"] == "950.00"
    assert (await company.rollup())["node"]["pure"]["closed"] == "950.00"


async def test_a_move_is_seen_from_its_instant_on(company: Company) -> None:
    await both_overrides(company)
    question, before = await bookmarked(company, view="cumulative")
    company.clock.pass_by(days=1)
    await company.put("ray", "bea")
    assert (await commits(company))["bea"]["computed"] == "170.00"
    assert (await company.read("rollup", **question)).text == before
    then = {name: value for name, value in question.items() if name not in ("view", "depth", "known_at")}
    assert (await commits(company, **then))["ann"]["computed"] == "170.00"
    old_org = await commits(company, org_as_of=question["as_of"])
    assert (old_org["ann"]["computed"], old_org["bea"]["computed"]) == ("170.00", "70.00")


async def test_the_deals_behind_a_number_are_those_of_then(company: Company) -> None:
    await both_overrides(company)
    await company.deal("won", **WON, owner="ray", amount="30.00")
    now = await company.rollup()
    then = {"as_of": now["as_of"], "known_at": now["frontier"]}
    path = "rollup/ann/opportunities"
    before = (await company.read(path, limit=2)).json()
    assert [each["opportunity_id"] for each in before["items"]] == ["ray", "rob"]
    await company.deal("ray", "amount_changed", owner="ray", category="commit", amount="1.00")
    await company.deal("won", "corrected", **WON, owner="rita", account="other.com", amount="31.00")
    await company.put("ray", "bea")
    assert (await company.read(path, limit=2, **then)).json() == before
    (won,) = (await company.read(path, after=before["next"], **then)).json()["items"]
    assert (won["amount"], won["account"], won["stage"]) == (eur("30.00"), "acme.com", "won")
    closed = (await company.read(path, category="closed", **then)).json()["items"]
    assert [each["opportunity_id"] for each in closed] == ["won"]


async def test_an_answer_is_final_once_all_sources_are_past_its_instant(company: Company) -> None:
    await both_overrides(company)
    ahead = await company.rollup(known_at="2199-01-01T00:00:00Z")
    assert (ahead["frontier"], ahead["final"]) == ("forecast:8,pipeline:3", False)
    early = await company.rollup(known_at="2026-03-02T12:02:30Z")
    assert (early["frontier"], early["final"]) == ("forecast:0,pipeline:2", True)
    assert early["node"]["pure"]["commit"] == "150.00"


async def test_instants_and_frontiers_to_come_are_refused(company: Company) -> None:
    await both_overrides(company)
    for question, pointer in (
        ({"as_of": "2026-03-04T00:00:00Z"}, "query/as_of"),
        ({"as_of": "2026-03-01T00:00:00Z", "org_as_of": "2026-03-02T00:00:00Z"}, "query/org_as_of"),
        ({"known_at": "forecast:1"}, "query/known_at"),
        ({"known_at": "forecast:1,pipeline:1,sales:1"}, "query/known_at"),
        ({"known_at": "forecast:999,pipeline:1"}, "query/known_at"),
        ({"known_at": "forecast:1,pipeline:9999999"}, "query/known_at"),
        ({"known_at": "yesterday"}, "query/known_at"),
    ):
        answer = await company.read("rollup", **question)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer]), question
    ahead = await company.api.get("rollup", params={"known_at": "forecast:1,pipeline:99"})
    assert (ahead.status_code, ahead.headers["Retry-After"]) == (503, "1")


def test_everything_is_more_than_any_position() -> None:
    assert min(known_positions.EVERYTHING) > 10**18


@pytest.mark.parametrize("policy", ["plan", "latest"])
async def test_other_policies_know_no_later_rates_either(company: Company, policy: str) -> None:
    await company.set(currency="EUR")
    for path in ("2026-01-01", "plan/2026"):
        company.noted(await company.api.put(f"rates/USD/{path}", json={"rate": "0.5"}))
    await company.deal("dollars", **WON, currency="USD")
    question, before = await bookmarked(company, rate_policy=policy)
    for path in ("2026-01-01", "plan/2026"):
        company.noted(await company.api.put(f"rates/USD/{path}", json={"rate": "0.7"}))
    assert (await company.read("rollup", **question)).text == before
