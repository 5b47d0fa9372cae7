"""Accuracy: what was called against what was closed in the end."""

from decimal import Decimal
from typing import Any

from services.forecast.ledger.accuracy import Accuracy, CalledOutcome, accuracy
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.forecast.test_overrides import override, teams
from tests.forecast.test_snapshots import locked
from tests.forecast.test_submissions import WEEK, eur, submitted

D = Decimal


def of(answer: Any, node: str) -> Any:
    return next(each for each in answer["nodes"] if each["node_id"] == node)


async def test_a_call_is_compared_with_what_was_closed_and_a_missing_one_is_missing(company: Company) -> None:
    await teams(company)
    await submitted(company, "ray", {"commit": eur("130.00")}, week=WEEK)
    await override(company, "ray/2026-Q1/commit", "self", "110.00")
    company.clock.pass_by(days=8)
    await company.deal("ray", "stage_changed", owner="ray", **WON, amount="120.00", close_date="2026-03-12")
    company.clock.pass_by(days=40)
    late = {"from": "2026-01-01", "to": "2026-04-01", "horizon": "10"}
    answer = (await company.read("accuracy", node="ann", depth="2", **late)).json()
    assert of(answer, "ray")["periods"] == [
        {
            "period": "2026-Q1",
            "week": WEEK,
            "forecast": "130.00",
            "computed": "120.00",
            "actual": "120.00",
            "locked": False,
        }
    ]
    assert (of(answer, "rob")["missing"], of(answer, "rob")["wape"]) == (1, None)
    assert (of(answer, "ray")["wape"], of(answer, "ray")["bias"]) == ("0.0833", "0.0833")
    by_level = {each["level"]: (each["called"], each["missing"], each["wape"]) for each in answer["levels"]}
    assert by_level == {0: (0, 1, None), 1: (1, 1, "0.0833")}


async def test_a_node_reads_the_lock_of_the_nearest_node_above(company: Company) -> None:
    await teams(company)
    await submitted(company, "ray", {"commit": eur("130.00")}, week=WEEK)
    root = await locked(company, "root")
    company.clock.pass_by(days=1)
    await override(company, "rita/2026-Q1/commit", "self", "75.00")
    bea = await locked(company, "bea")
    company.clock.pass_by(days=1)
    await override(company, "ray/2026-Q1/commit", "self", "110.00")
    await override(company, "rita/2026-Q1/commit", "self", "90.00")
    company.clock.pass_by(days=40)
    assert (root.status_code, bea.status_code) == (201, 201)
    for asked, node, computed in (
        ({}, "root", "220.00"),
        ({"node": "root"}, "root", "220.00"),
        ({"node": "ann"}, "ann", "150.00"),
        ({"node": "bea"}, "bea", "75.00"),
    ):
        late = {"from": "2026-01-01", "to": "2026-04-01", "horizon": "10"}
        answer = (await company.read("accuracy", **asked, **late)).json()
        (found,) = of(answer, node)["periods"]
        assert (found["computed"], found["locked"]) == (computed, True), asked


async def test_a_quarter_that_has_not_ended_and_a_week_before_any_call_have_no_figures(company: Company) -> None:
    await teams(company)
    answer = (await company.read("accuracy")).json()
    assert all(each["called"] == 0 for each in answer["nodes"])
    assert "2026-Q1" not in [period["period"] for each in answer["nodes"] for period in each["periods"]]
    many = await company.read("accuracy", **{"from": "1990-01-01"})
    assert (many.status_code, [each["pointer"] for each in many.json()["errors"]]) == (422, ["query/from"])


async def test_a_node_that_does_not_exist_has_no_accuracy(company: Company) -> None:
    await teams(company)
    answer = await company.read("accuracy", node="nobody")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_errors_are_weighed_by_what_was_closed_and_missing_calls_are_left_out() -> None:
    found = accuracy(
        [CalledOutcome(D(110), D(140), D(100)), CalledOutcome(D(180), D(200), D(200)), CalledOutcome(None, D(7), D(9))]
    )
    assert found == Accuracy(2, 1, D("0.1"), D(-10) / 300, D(40) / 300, D(40) / 300 - D("0.1"))
    assert accuracy([]) == Accuracy(0, 0, None, None, None, None)
    assert accuracy([CalledOutcome(D(5), D(5), D(0))]).wape is None
