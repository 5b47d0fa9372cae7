"""The waterfall: from one instant to another, each step with its deals, to the cent."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event

from services.forecast.ledger.conversion import unconverted
from services.forecast.ledger.waterfall import VIEWS, PostedLine, WaterfallScope, movements
from services.forecast.periods.calendar import Calendar
from services.forecast.projections.ledger.postings import posting_row
from services.forecast.projections.ledger.projection import deal_changes
from shared.rules.fiscal_year import CalendarRule
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON, deals
from tests.forecast.test_overrides import overridden, override, teams
from tests.forecast.test_snapshots import locked
from tests.spec import NOON

COMMIT: dict[str, Any] = {"category": "commit"}
NEXT_QUARTER, LAST_QUARTER = "2026-06-30", "2025-12-31"


def steps(answer: Any) -> dict[str, str]:
    return {step["kind"]: step["amount"] for step in answer["steps"]}


async def waterfall(company: Company, since: int, **params: Any) -> Any:
    """The waterfall from just after that event of pipeline's."""
    at = NOON + timedelta(minutes=since)
    answer = await company.read("waterfall", **{"from": at.isoformat()}, **params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    total = sum((Decimal(step["amount"]) for step in body["steps"]), Decimal(body["opening"]))
    assert total == Decimal(body["closing"])
    return body


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_each_change_of_a_deal_is_a_step_of_its_kind(company: Company) -> None:
    await teams(company)
    since = company.pipeline_position
    await company.deal("ray", "amount_changed", owner="ray", **COMMIT, amount="110.00")
    await company.deal("rob", "stage_changed", owner="rob", category="upside", amount="50.00")
    await company.deal("rita", "stage_changed", owner="rita", **WON, amount="70.00")
    await company.deal("fresh", owner="rob", **COMMIT, amount="5.00")
    answer = await waterfall(company, since)
    assert (answer["opening"], answer["closing"], answer["won_within"]) == ("220.00", "185.00", "70.00")
    assert steps(answer) == {"new": "5.00", "increased": "10.00", "recategorised_out": "-50.00", "rounding": "0.00"}
    (increased,) = [step for step in answer["steps"] if step["kind"] == "increased"]
    assert (increased["count"], increased["opportunities"]) == (
        1,
        [{"opportunity_id": "ray", "amount": "10.00", "before": "100.00", "after": "110.00"}],
    )
    closed = await waterfall(company, since, view="closed")
    assert (closed["opening"], steps(closed)) == ("0.00", {"won": "70.00", "rounding": "0.00"})
    ann = await waterfall(company, since, node="ann")
    assert steps(ann) == {"new": "5.00", "increased": "10.00", "recategorised_out": "-50.00", "rounding": "0.00"}
    upside = await waterfall(company, since, view="upside", node="bea")
    assert (steps(upside), upside["won_within"]) == ({"rounding": "0.00"}, "70.00")


async def test_moves_of_nodes_and_of_deals_are_steps_apart(company: Company) -> None:
    await teams(company)
    since = company.pipeline_position
    await company.deal("rob", "assigned", owner="rita", **COMMIT, amount="50.00")
    await company.put("ray", "bea")
    company.clock.pass_by(hours=1)
    ann = await waterfall(company, since, node="ann")
    assert (ann["opening"], ann["closing"]) == ("150.00", "0.00")
    assert steps(ann) == {"reassigned_out": "-50.00", "org_moved": "-100.00", "rounding": "0.00"}
    bea = await waterfall(company, since, node="bea")
    assert steps(bea) == {"reassigned_in": "50.00", "org_moved": "100.00", "rounding": "0.00"}
    assert steps(await waterfall(company, since)) == {"rounding": "0.00"}


async def test_more_moves_elsewhere_ask_nothing_more_of_the_database(company: Company) -> None:
    await teams(company)

    async def statements() -> int:
        """The number of statements about the organisation and overrides, when all events are applied."""
        await waterfall(company, 0)
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *more: object) -> None:
            if "FROM org_rows" in statement or "FROM overrides" in statement:
                asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            answer = await waterfall(company, 0, node="ann", basis="seen_by_self")
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert "org_moved" not in steps(answer)
        assert asked
        return len(asked)

    await overridden(company, "rob/2026-Q1/commit", "self", "60.00")
    company.clock.pass_by(minutes=1)
    await company.put("rita", "root")
    with_one = await statements()
    for parent in ("bea", "root") * 6:
        company.clock.pass_by(minutes=1)
        await company.put("rita", parent)
    assert await statements() == with_one


async def test_changes_by_rates_are_a_step_of_their_own(company: Company) -> None:
    await company.put("root", None)
    await company.set(currency="EUR")
    for day, rate in (("2026-01-01", "0.90"), ("2026-03-03", "0.92")):
        company.noted(await company.api.put(f"rates/USD/{day}", json={"rate": rate}))
    await company.deal("one", owner="root", **COMMIT, currency="USD", amount="1000.00")
    await company.deal(
        "one", "stage_changed", owner="root", **WON, currency="USD", amount="1000.00", close_date="2026-03-03"
    )
    answer = await waterfall(company, 1)
    assert (answer["opening"], answer["closing"]) == ("900.00", "920.00")
    assert steps(answer) == {"rate_changed": "20.00", "rounding": "0.00"}


async def test_rounding_is_shown_and_never_hidden(company: Company) -> None:
    await company.put("root", None)
    await company.set(currency="EUR")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.90"}))
    for name in ("one", "two"):
        await company.deal(name, owner="root", **COMMIT, currency="USD", amount="0.05")
    answer = await waterfall(company, 1)
    assert (answer["opening"], answer["closing"]) == ("0.04", "0.09")
    assert steps(answer) == {"new": "0.04", "rounding": "0.01"}


async def test_changes_below_an_override_are_no_step_of_what_is_seen(company: Company) -> None:
    await teams(company)
    since, seen = company.pipeline_position, {"basis": "seen_by_self"}
    company.clock.pass_by(hours=1)
    await override(company, "ray/2026-Q1/commit", "manager", "120.00")
    company.clock.pass_by(hours=1)
    answer = await waterfall(company, since, **seen)
    assert (answer["opening"], answer["closing"]) == ("220.00", "240.00")
    assert steps(answer) == {"override_changed": "20.00", "rounding": "0.00"}
    assert steps(await waterfall(company, since, node="ray", **seen)) == {"rounding": "0.00"}
    await override(company, "ann/2026-Q1/commit", "self", "200.00")
    company.clock.pass_by(hours=1)
    for node in ("ann", "root"):
        assert steps(await waterfall(company, since, node=node, **seen)) == {
            "override_changed": "50.00",
            "rounding": "0.00",
        }
    await company.put("ray", "bea")
    company.clock.pass_by(hours=1)
    bea = await waterfall(company, since, node="bea", **seen)
    assert (bea["closing"], steps(bea)) == ("170.00", {"org_moved": "100.00", "rounding": "0.00"})
    assert steps(await waterfall(company, since, node="ann", **seen)) == {
        "override_changed": "50.00",
        "rounding": "0.00",
    }
    root = await waterfall(company, since, **seen)
    assert (root["closing"], steps(root)["org_moved"]) == ("370.00", "100.00")
    await company.api.delete("overrides/ann/2026-Q1/commit", params={"by": "self"})
    company.written += 1
    company.clock.pass_by(hours=1)
    ann = await waterfall(company, since, node="ann", **seen)
    assert (ann["opening"], ann["closing"]) == ("150.00", "50.00")


async def test_the_open_amount_of_an_override_is_without_what_is_closed_below(company: Company) -> None:
    await teams(company)
    since, seen = company.pipeline_position, {"view": "open", "basis": "seen_by_self"}
    company.clock.pass_by(hours=1)
    await override(company, "ray/2026-Q1/pipeline", "manager", "120.00")
    company.clock.pass_by(hours=1)
    for owner, amount in (("ray", "100.00"), ("rita", "70.00")):
        await company.deal(owner, "stage_changed", owner=owner, **WON, amount=amount)
    for node, opening, expected in (
        ("root", "220.00", {"won": "-170.00", "override_changed": "20.00"}),
        ("ann", "150.00", {"won": "-100.00", "override_changed": "20.00"}),
        ("ray", "100.00", {"won": "-100.00"}),
    ):
        answer = await waterfall(company, since, node=node, **seen)
        assert (answer["opening"], steps(answer)) == (opening, expected | {"rounding": "0.00"})
        shown = (await company.rollup(node=node, depth=0, view="cumulative"))["node"]["seen_by_self"]
        assert answer["closing"] == shown["open"]
    closed = await waterfall(company, since, view="closed", basis="seen_by_self")
    assert (closed["closing"], steps(closed)) == ("170.00", {"won": "170.00", "rounding": "0.00"})


async def test_a_node_of_nobody_is_missing(company: Company) -> None:
    await teams(company)
    answer = await company.read("waterfall", node="nobody", **{"from": "2026-03-01T00:00:00Z"})
    assert answer.status_code == 404


async def test_an_end_may_be_a_locked_week(company: Company) -> None:
    await teams(company)
    lock = (await locked(company, "root")).json()["snapshot_id"]
    company.clock.pass_by(days=1)
    answer = (await company.read("waterfall", **{"from": lock})).json()
    assert (answer["from"], answer["opening"], answer["closing"]) == ("2026-03-03T09:00:00Z", "220.00", "220.00")
    assert (await company.read("waterfall", **{"from": "nothing"})).status_code == 404


async def test_a_question_without_two_ends_is_refused(company: Company) -> None:
    await teams(company)
    for params, pointer in (
        ({}, "query/from"),
        ({"from": "2026-03-05T00:00:00Z"}, "query/from"),
        ({"from": "2026-03-01T00:00:00Z", "view": "pipeline"}, "query/view"),
        ({"from": "2026-03-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"}, "query/to"),
        ({"from": "2026-03-01"}, "query/from"),
    ):
        answer = await company.read("waterfall", **params)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer]), params


# -- the kinds -------------------------------------------------------------------------------------------------------


SCOPE = WaterfallScope(
    Calendar(CalendarRule()).period("2026-Q1"),
    VIEWS["commit"],
    is_member=lambda owner, at: owner == "ann",
    is_hidden=lambda owner, at: False,
    conversion=unconverted("EUR"),
)


def kinds(*changes: dict[str, Any], scope: WaterfallScope = SCOPE) -> dict[str, Decimal]:
    """The kinds of one deal's second event: it was `COMMIT` with the first of the changes."""
    first, second = [COMMIT | change for change in changes]
    recorded = deals(("one", first), ("one", second))
    posted = deal_changes({}, recorded).lines
    lines = [
        PostedLine(**{name: row[name] for name in PostedLine._fields})
        for row in (posting_row(*each) for each in posted)
    ]
    before = {line.opportunity_id: line for line in lines if line.position == 1}
    found = movements([line for line in lines if line.position > 1], before, scope)
    return {entry.kind: entry.amount for entry in found.entries}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"close_date": NEXT_QUARTER}, {"pushed_out": -100}),
        ({}, {"close_date": LAST_QUARTER}, {"pulled_out": -100}),
        ({"close_date": LAST_QUARTER}, {}, {"slipped_in": 100}),
        ({"close_date": NEXT_QUARTER}, {}, {"pulled_in": 100}),
        ({"close_date": None}, {}, {"dated": 100}),
        ({}, {"close_date": None}, {"undated": -100}),
        ({}, {"amount": "90.00"}, {"decreased": -10}),
        ({"category": "upside"}, {}, {"recategorised_in": 100}),
        ({}, {"owner": "bob"}, {"reassigned_out": -100}),
        ({}, {"outcome": "lost"}, {"lost": -100}),
        ({}, {"outcome": "recycled"}, {"recycled": -100}),
        ({"outcome": "lost"}, {}, {"reopened": 100}),
        ({}, {**WON, "amount": "120.00"}, {"won": 20}),
        ({}, WON, {}),
        ({"category": "upside"}, {**WON, "amount": "120.00"}, {"won": 120}),
        ({}, {"close_date": "2026-03-01"}, {}),
        ({"owner": "bob"}, {"owner": "bob", "amount": "1.00"}, {}),
        ({}, {"close_date": NEXT_QUARTER, "amount": "130.00"}, {"increased": 30, "pushed_out": -130}),
        ({"owner": "bob"}, {"close_date": NEXT_QUARTER}, {}),
        ({}, {"currency": None, "amount": None}, {"decreased": -100}),
    ],
)
def test_an_event_is_of_the_kind_of_what_it_changed(
    before: dict[str, Any], after: dict[str, Any], expected: dict[str, int]
) -> None:
    assert kinds(before, after) == expected


def test_a_correction_is_of_its_own_kind() -> None:
    before, after = {**WON}, {**WON, "amount": "80.00", "kind": "corrected"}
    assert kinds(before, after) == {"corrected": -20}
