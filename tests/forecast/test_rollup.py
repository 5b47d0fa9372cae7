"""The roll-up over HTTP, as leadership sees it."""

from typing import Any

import pytest

from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON

ZERO = {"omitted": "0.00", "pipeline": "0.00", "upside": "0.00", "commit": "0.00", "closed": "0.00"}
NONE = {"omitted": 0, "pipeline": 0, "upside": 0, "commit": 0, "closed": 0}


async def founded(company: Company) -> None:
    await company.table(
        "id,name,kind,parent\n"
        "ann,Ann Archer,person,east\nbob,Bob Bell,person,west\n"
        "east,East,unit,acme\nwest,West,unit,acme\nacme,Acme,unit,\n"
    )


def codes(answer: Any) -> dict[str, int]:
    return {warning["code"]: warning["count"] for warning in answer["warnings"]}


def child(answer: Any, node: str) -> Any:
    return next(child for child in answer["node"]["children"] if child["node_id"] == node)


async def test_the_answer_has_the_shape_that_was_promised(company: Company) -> None:
    await founded(company)
    await company.deal("one", category="commit", amount="100.10")
    await company.deal("two", **WON, owner="bob", amount="50.00")
    answer = await company.rollup(period="2026-Q1", node="east", depth=0)
    amounts = ZERO | {"commit": "100.10"}
    assert answer == {
        "period": {"key": "2026-Q1", "starts": "2026-01-01", "ends": "2026-03-31"},
        "currency": "EUR",
        "rate_policy": "close_date",
        "measure": "bookings",
        "view": "single",
        "as_of": "2026-03-03T09:00:00Z",
        "org_as_of": "2026-03-03T09:00:00Z",
        "frontier": "forecast:5,pipeline:2",
        "final": True,
        "node": {
            "node_id": "east",
            "name": "East",
            "kind": "unit",
            "active": True,
            "own": ZERO,
            "pure": amounts,
            "computed": amounts,
            "seen_by_self": amounts,
            "seen_by_parent": amounts,
            "unqualified": "0.00",
            "by_currency": None,
            "counts": NONE | {"commit": 1},
            "quota": None,
            "quota_set": None,
            "quota_rolled_up": None,
            "attainment": None,
            "gap_to_quota": None,
            "gap_after_commit": None,
            "coverage": None,
            "call": None,
            "overrides": [],
            "children": [],
        },
        "warnings": [],
    }


async def test_by_default_it_is_the_root_this_quarter_and_one_level_down(company: Company) -> None:
    await founded(company)
    await company.deal("one", **WON)
    await company.deal("two", **WON, owner="bob", amount="50.00")
    await company.deal("three", **WON, owner="acme", amount="7.00")
    await company.deal("later", **WON, close_date="2026-04-01")
    answer = await company.rollup()
    assert answer["period"]["key"] == "2026-Q1"
    assert (answer["node"]["node_id"], answer["node"]["name"]) == ("acme", "Acme")
    assert (answer["node"]["pure"]["closed"], answer["node"]["own"]["closed"]) == ("157.00", "7.00")
    below = {each["node_id"]: each["pure"]["closed"] for each in answer["node"]["children"]}
    assert below == {"east": "100.00", "west": "50.00"}
    assert child(answer, "east")["children"] == []
    deep = await company.rollup(depth=2)
    assert child(deep, "east")["children"][0]["own"]["closed"] == "100.00"


async def test_the_cumulative_view_is_as_people_say_it(company: Company) -> None:
    for category, amount in (("pipeline", "1000"), ("upside", "200"), ("commit", "30"), ("omitted", "9")):
        await company.deal(category, category=category, amount=amount)
    await company.deal("won", **WON, amount="4.50")
    answer = await company.rollup(view="cumulative")
    assert answer["node"]["pure"] == {
        "closed": "4.50",
        "commit": "34.50",
        "upside": "234.50",
        "pipeline": "1234.50",
        "open": "1230.00",
    }


async def test_filters_answer_pure_only(company: Company) -> None:
    await founded(company)
    await company.deal("one", motion="existing_business")
    await company.deal("two", pipeline="partner")
    await company.deal("three", qualified=False, stage="unqualified")
    for asked in ({"motion": "existing_business"}, {"pipeline": "partner"}, {"qualified": False}):
        answer = await company.rollup(**asked)
        node = answer["node"]
        assert (node["pure"]["pipeline"], node["counts"]["pipeline"]) == ("100.00", 1)
        assert [node[name] for name in ("own", "computed", "seen_by_self", "seen_by_parent")] == [None] * 4
    assert (await company.rollup())["node"]["unqualified"] == "100.00"
    assert (await company.rollup(qualified=True))["node"]["unqualified"] == "0.00"


async def test_months_and_years_are_periods_too(company: Company) -> None:
    await company.deal("march", **WON)
    await company.deal("june", **WON, close_date="2026-06-01", amount="50.00")
    closed = {
        key: (await company.rollup(period=key))["node"]["pure"]["closed"] for key in ("2026", "2026-P03", "2026-P06")
    }
    assert closed == {"2026": "150.00", "2026-P03": "100.00", "2026-P06": "50.00"}


# -- before, beside and after the organisation -----------------------------------------------------------------------


async def test_before_there_is_an_organisation_the_root_is_all_deals(company: Company) -> None:
    empty = await company.rollup()
    assert (empty["node"]["node_id"], empty["node"]["pure"], empty["node"]["children"]) == ("_root", ZERO, [])
    await company.deal("one", **WON)
    answer = await company.rollup()
    assert answer["node"]["pure"]["closed"] == "100.00"
    assert [each["node_id"] for each in answer["node"]["children"]] == ["_unassigned"]
    assert codes(answer) == {"owner_unassigned": 1}


async def test_deals_leave_the_unassigned_when_a_node_for_their_owner_arrives(company: Company) -> None:
    await company.deal("one", **WON)
    await company.deal("two", **WON, owner="stranger", amount="1.00")
    await company.put("acme", None, kind="unit")
    before = await company.rollup()
    assert (before["node"]["node_id"], before["node"]["pure"]["closed"]) == ("acme", "101.00")
    assert child(before, "_unassigned")["own"]["closed"] == "101.00"
    await company.put("ann", "acme")
    after = await company.rollup()
    assert after["node"]["pure"]["closed"] == "101.00"
    assert child(after, "ann")["own"]["closed"] == "100.00"
    assert child(after, "_unassigned")["own"]["closed"] == "1.00"
    assert codes(after) == codes(await company.rollup(node="_unassigned")) == {"owner_unassigned": 1}
    assert codes(await company.rollup(node="ann")) == {}


async def test_a_move_takes_its_deals_along_in_periods_that_have_not_ended(company: Company) -> None:
    await founded(company)
    await company.deal("now", **WON)
    await company.deal("before", **WON, close_date="2025-12-31", amount="70.00")
    await company.put("ann", "west")
    now, before = await company.rollup(), await company.rollup(period="2025-Q4")
    assert [child(now, node)["pure"]["closed"] for node in ("east", "west")] == ["0.00", "100.00"]
    assert [child(before, node)["pure"]["closed"] for node in ("east", "west")] == ["70.00", "0.00"]
    assert before["org_as_of"] == "2025-12-31T23:59:59.999999Z"
    assert before["node"]["pure"]["closed"] == "70.00"


async def test_a_change_with_a_past_from_counts_from_then_on(company: Company) -> None:
    await founded(company)
    for day in ("2024-12-31", "2025-06-30", "2026-01-31"):
        await company.deal(day, **WON, close_date=day)
    await company.put("ann", "west", **{"from": "2025-01-01"})
    seen = {key: child(await company.rollup(period=key), "west")["pure"]["closed"] for key in ("2024", "2025", "2026")}
    assert seen == {"2024": "0.00", "2025": "100.00", "2026": "100.00"}


async def test_a_node_that_came_later_is_unknown_in_an_earlier_period(company: Company) -> None:
    await founded(company)
    await company.deal("one", **WON, owner="new", close_date="2025-06-30")
    await company.put("new", "east", **{"from": "2026-01-01"})
    assert (await company.read("rollup", node="new", period="2025")).status_code == 404
    assert codes(await company.rollup(period="2025")) == {"owner_unassigned": 1}
    assert (await company.rollup(node="new", period="2026"))["node"]["active"] is True


async def test_a_person_who_left_stays_with_closed_deals_and_open_ones_warn(company: Company) -> None:
    await founded(company)
    await company.deal("won", **WON)
    await company.deal("open", category="commit")
    await company.deal("undated", close_date=None)
    await company.end("ann")
    answer = await company.rollup(node="east")
    assert child(answer, "ann")["active"] is False
    assert child(answer, "ann")["own"] == ZERO | {"closed": "100.00", "commit": "100.00"}
    assert codes(answer) == {"owner_inactive": 2, "close_date_missing": 1}
    assert codes(await company.rollup(node="west")) == {}
    await company.put("bob", "east")
    assert codes(await company.rollup(node="east", period="2026-Q1"))["owner_inactive"] == 2


# -- what a total leaves out -----------------------------------------------------------------------------------------


async def test_open_deals_without_amount_or_date_are_never_left_out_in_silence(company: Company) -> None:
    await founded(company)
    await company.deal("neither", amount=None, currency=None, close_date=None)
    await company.deal("unpriced", amount=None, currency=None)
    await company.deal("undated", close_date=None)
    await company.deal("past", close_date="2026-03-02")
    await company.deal("today", close_date="2026-03-03")
    await company.deal("unmapped", stage="odd", stage_mapped=False)
    await company.deal("elsewhere", owner="bob", stage_mapped=False)
    answer = await company.rollup(node="east")
    assert codes(answer) == {"stage_unmapped": 1, "close_date_past": 1, "close_date_missing": 2, "amount_missing": 2}
    assert answer["node"]["counts"]["pipeline"] == 4
    assert codes(await company.rollup())["stage_unmapped"] == 2
    later = await company.rollup(node="east", period="2026-Q2")
    assert codes(later) == {"close_date_missing": 2, "amount_missing": 1}


async def test_a_lost_deal_is_no_longer_missed(company: Company) -> None:
    await company.put("ann", None)
    await company.deal("one", amount=None, currency=None, close_date=None, stage_mapped=False)
    await company.deal(
        "one", "stage_changed", amount=None, currency=None, close_date=None, outcome="lost", category="omitted"
    )
    assert codes(await company.rollup()) == {}


async def test_another_currency_is_a_warning_and_never_added(company: Company) -> None:
    await company.put("ann", None)
    await company.deal("one", **WON, currency="USD")
    assert (await company.rollup())["currency"] == "USD"
    await company.deal("two", **WON, currency="JPY", amount="5000")
    answer = await company.rollup(currency="USD")
    assert answer["node"]["pure"]["closed"] == "100.00"
    assert answer["node"]["counts"]["closed"] == 2
    left_out = {"code": "rate_missing", "count": 1, "amount": "5000", "currency": "JPY"}
    assert [{name: warning[name] for name in left_out} for warning in answer["warnings"]] == [left_out]


async def test_while_a_key_is_parked_nothing_is_final(company: Company) -> None:
    await company.put("ann", None)
    await company.deal("one", **WON)
    await company.deal("bad", amount="no number")
    await company.deal("two", **WON)
    company.pipeline_position = 0
    answer = await company.rollup()
    while "pipeline:3" not in answer["frontier"]:
        answer = await company.rollup()
    assert (answer["final"], answer["node"]["pure"]["closed"]) == (False, "200.00")
    assert codes(answer) == {"parked": 1}


async def test_as_of_is_no_earlier_than_what_is_applied(company: Company) -> None:
    company.clock.pass_by(days=-30)
    await company.deal("one")
    assert (await company.rollup())["as_of"] == "2026-03-02T12:01:00Z"


# -- the deals behind a number ---------------------------------------------------------------------------------------


async def test_the_deals_behind_a_number_come_in_pages(company: Company) -> None:
    await founded(company)
    for number in range(1, 6):
        fields = {"close_date": f"2026-03-0{6 - number}", "amount": f"{number}.00", "external_id": f"crm:{number}"}
        await company.deal(f"deal-{number}", **WON, **fields)
    await company.deal("open")
    await company.deal("elsewhere", **WON, owner="bob")
    await company.deal("gone", outcome="lost", category="omitted")
    found: list[str] = []
    asked: dict[str, Any] = {"category": "closed", "limit": 2}
    while asked.get("after", "first"):
        page = (await company.read("rollup/east/opportunities", **asked)).json()
        found += [deal["opportunity_id"] for deal in page["items"]]
        asked["after"] = page["next"]
    assert found == ["deal-5", "deal-4", "deal-3", "deal-2", "deal-1"]
    every = (await company.read("rollup/acme/opportunities", period="2026-Q1")).json()["items"]
    assert len(every) == 7
    assert every[0] == {
        "opportunity_id": "deal-5",
        "external_id": "crm:5",
        "account": "acme.com",
        "owner": "ann",
        "motion": "new_business",
        "pipeline": "default",
        "stage": "won",
        "category": "closed",
        "qualified": True,
        "amount": {"amount": "5.00", "currency": "EUR"},
        "close_date": "2026-03-01",
    }


async def test_deals_without_a_close_date_are_listed_by_id_now_and_as_of_then(company: Company) -> None:
    await founded(company)
    for number in range(1, 6):
        await company.deal(f"deal-{number}", close_date=None)
    await company.deal("dated")
    company.clock.pass_by(days=1)
    before = "2026-03-02T12:06:30Z"  # each event of a deal is a minute after the one before
    await company.deal("deal-3", "close_date_changed", close_date="2026-03-05")
    for asked, missing in (({}, {"deal-3"}), ({"as_of": before}, set[str]())):
        found, after = list[str](), "first"
        while after:
            more = {} if after == "first" else {"after": after}
            page = await company.read("rollup/east/opportunities", undated="true", limit=2, **asked, **more)
            assert page.status_code == 200, page.text
            assert all(deal["close_date"] is None for deal in page.json()["items"])
            found += [deal["opportunity_id"] for deal in page.json()["items"]]
            after = page.json()["next"]
        assert found == sorted({f"deal-{number}" for number in range(1, 6)} - missing)


async def test_open_deals_in_stages_without_a_category_are_listed_now_and_as_of_then(company: Company) -> None:
    await founded(company)
    odd: dict[str, Any] = {"stage": "odd", "stage_mapped": False}
    await company.deal("mapped")
    await company.deal("lost", "stage_changed", **odd, outcome="lost")
    for number in range(1, 5):
        await company.deal(f"odd-{number}", **odd)
    await company.deal("undated", **odd, close_date=None)
    company.clock.pass_by(days=1)
    before = "2026-03-02T12:07:30Z"
    await company.deal("odd-2", "stage_changed")
    for asked, missing in (({}, {"odd-2"}), ({"as_of": before}, set[str]())):
        (warned,) = [
            each["count"]
            for each in (await company.rollup(node="east", **asked))["warnings"]
            if each["code"] == "stage_unmapped"
        ]
        found = await listed(company, stage_unmapped="true", **asked)
        assert found == sorted({f"odd-{number}" for number in range(1, 5)} - missing)
        undated = await listed(company, stage_unmapped="true", undated="true", **asked)
        assert undated == ["undated"]
        assert warned == len(found) + len(undated)


async def listed(company: Company, **asked: str) -> list[str]:
    found, after = list[str](), "first"
    while after:
        more = {} if after == "first" else {"after": after}
        page = await company.read("rollup/east/opportunities", limit=2, **asked, **more)
        assert page.status_code == 200, page.text
        found += [deal["opportunity_id"] for deal in page.json()["items"]]
        after = page.json()["next"]
    return found


async def test_deals_of_strangers_and_of_an_ended_period_follow_the_same_chart(company: Company) -> None:
    await founded(company)
    await company.deal("stranger", **WON, owner="stranger")
    await company.deal("before", **WON, close_date="2025-12-31")
    await company.put("ann", "west")

    async def ids(node: str, period: str) -> list[str]:
        answer = await company.read(f"rollup/{node}/opportunities", period=period)
        return [deal["opportunity_id"] for deal in answer.json()["items"]]

    assert await ids("_unassigned", "2026-Q1") == ["stranger"]
    assert await ids("east", "2025-Q4") == ["before"]
    assert await ids("west", "2025-Q4") == []
    assert (await company.read("rollup/nobody/opportunities")).status_code == 404


async def test_the_deals_of_a_period_are_by_the_calendar_of_the_question(company: Company) -> None:
    await founded(company)
    await company.deal("january", **WON, close_date="2026-01-31")
    await company.deal("april", **WON, close_date="2026-04-30")
    rule = {"starts_month": 2, "year_named_by": "start"}
    company.noted(await company.api.put("calendars/fy", json=rule))
    for calendar, deals in (("fy", ["april"]), ("months", ["january"])):
        page = await company.read("rollup/east/opportunities", period="2026-Q1", calendar=calendar)
        assert [deal["opportunity_id"] for deal in page.json()["items"]] == deals
    unknown = await company.read("rollup/east/opportunities", calendar="lunar")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "query/calendar")


# -- what is refused -------------------------------------------------------------------------------------------------


async def test_invalid_questions_are_refused(company: Company, subtests: pytest.Subtests) -> None:
    for params in [
        {"period": "2026-Q5"},
        {"period": "soon"},
        {"depth": "-1"},
        {"view": "both"},
        {"motion": "farming"},
        {"currency": "XYZ"},
        {"as_of": "2026-01-01"},
        {"known_at": "pipeline:1"},
        {"org_as_of": "2026-01-01"},
        {"rate_policy": "average"},
        {"calendar": "fiscal"},
        {"currency": "XXX"},
        {"currency": "XTS"},
        {"period": "2026-Q1-W15"},
        {"period": "2018-Q1-W14"},
    ]:
        with subtests.test(params=params):
            answer = await company.read("rollup", **params)
            assert answer.status_code == 422, answer.text


async def test_an_unknown_node_is_not_found_and_a_foreign_cursor_is_refused(company: Company) -> None:
    assert (await company.read("rollup", node="nobody")).status_code == 404
    for after in ("x", "WzFd", "WyIyMDI2LTAxLTAxIiwiXHUwMDAwIl0"):
        assert (await company.read("rollup/_root/opportunities", after=after)).status_code == 422


async def test_a_pipeline_that_does_not_exist_is_refused_with_those_that_do(company: Company) -> None:
    answer = await company.read("rollup", pipeline="nope")
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"pointer": "query/pipeline", "detail": "there is no pipeline nope; known are default"}],
    )
    await company.deal("one", pipeline="partner", outcome="lost", category="omitted")
    await company.process("renewal")
    for pipeline in ("default", "partner", "renewal"):
        assert (await company.rollup(pipeline=pipeline))["node"]["counts"]["pipeline"] == 0
    assert "default, partner, renewal" in (await company.read("rollup", pipeline="nope")).text


async def test_a_deal_won_without_an_amount_is_no_silent_zero(company: Company) -> None:
    await company.put("ann", None)
    await company.deal("one", **WON, amount=None, currency=None)
    answer = await company.rollup()
    assert answer["node"]["counts"]["closed"] == 1
    assert codes(answer) == {"amount_missing": 1}


async def test_an_external_id_that_a_deal_gets_later_is_shown(company: Company) -> None:
    await company.deal("one", **WON)
    await company.deal("one", "linked", **WON, external_id="crm:1")
    (deal,) = (await company.read("rollup/_root/opportunities")).json()["items"]
    assert (deal["opportunity_id"], deal["external_id"]) == ("one", "crm:1")


async def test_an_answer_with_too_many_nodes_is_refused(company: Company) -> None:
    rows = "".join(f"n{number},Node,person,root\n" for number in range(1_000))
    await company.table(f"id,name,kind,parent\nroot,Root,unit,\n{rows}")
    assert (await company.read("rollup", depth=0)).status_code == 200
    answer = await company.read("rollup", depth=1)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/depth")
    assert "1002 nodes" in answer.text
