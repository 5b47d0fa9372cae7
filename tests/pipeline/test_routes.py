"""Pipeline over HTTP, as a sales tool sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.pipeline.service import SERVICE
from tests.running import Clock, fresh, make_key, post_until_answered, running_services

ACME: dict[str, Any] = {
    "name": "Acme renewal",
    "account": "acme.com",
    "owner": "ann",
    "motion": "new_business",
    "amount": {"amount": "100", "currency": "EUR"},
}


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=Clock().clock_and_ids()) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield client


async def opened(api: httpx.AsyncClient, **changes: Any) -> str:
    answer = await api.post("opportunities", json=ACME | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["opportunity_id"])


async def test_a_deal_goes_from_its_opening_to_its_win(api: httpx.AsyncClient) -> None:
    deal = await opened(api)
    for command, body in (
        ("qualify", {}),
        ("advance", {"to_stage": "proposal"}),
        ("set-category", {"category": "commit"}),
        ("set-close-date", {"close_date": "2026-12-31"}),
        ("assign", {"owner": "bob"}),
        ("win", {"amount": {"amount": "120.5", "currency": "EUR"}, "close_date": "2026-02-27"}),
    ):
        answer = await api.post(f"opportunities/{deal}/{command}", json=body)
        assert answer.status_code == 200, answer.text
    found = await api.get(f"opportunities/{deal}")
    assert found.headers["ETag"] == '"7"'
    assert found.headers["X-Position"] == "pipeline:7"
    assert found.json() == {
        "opportunity_id": deal,
        "external_id": None,
        "name": "Acme renewal",
        "account": "acme.com",
        "owner": "bob",
        "motion": "new_business",
        "approach": "farming",
        "pipeline": "default",
        "stage": "won",
        "category": "closed",
        "amount": {"amount": "120.50", "currency": "EUR"},
        "amount_estimated": False,
        "close_date": "2026-02-27",
        "qualified": True,
        "outcome": "won",
        "lead_ids": [],
        "product": None,
        "source": "sales",
        "created_at": "2026-03-02T12:00:00Z",
        "closed_at": "2026-03-02T12:00:00Z",
        "exported_at": None,
        "version": 7,
    }


async def test_an_empty_body_is_enough_where_nothing_need_be_said(api: httpx.AsyncClient) -> None:
    deal = await opened(api)
    assert (await api.post(f"opportunities/{deal}/qualify")).status_code == 200
    assert (await api.post(f"opportunities/{deal}/win")).status_code == 200


async def test_history_tells_each_visit_to_a_stage(api: httpx.AsyncClient) -> None:
    lines = {
        "external_id": "crm:1",
        "facts": [
            {"command": "open", **ACME, "occurred_at": "2017-01-01T00:00:00Z"},
            {"command": "enter_stage", "to_stage": "proposal", "occurred_at": "2017-01-02T00:00:00Z"},
            {"command": "enter_stage", "to_stage": "qualified", "occurred_at": "2017-01-04T00:00:00Z"},
            {"command": "enter_stage", "to_stage": "proposal", "occurred_at": "2017-01-05T00:00:00Z"},
            {"command": "win", "occurred_at": "2017-01-09T00:00:00Z"},
        ],
    }
    taken = await batch(api, lines)
    wait = {"X-Min-Position": f"pipeline:{taken[0]['position']}", "Prefer": "wait=10"}
    body = (await api.get(f"opportunities/{taken[0]['opportunity_id']}/history", headers=wait)).json()
    assert [(visit["stage"], visit["visit"], visit["seconds"]) for visit in body["visits"]] == [
        ("unqualified", 1, 86400),
        ("proposal", 1, 172800),
        ("qualified", 1, 86400),
        ("proposal", 2, 345600),
        ("won", 1, None),
    ]
    assert body["cumulative_seconds"]["proposal"] == 518400


async def batch(api: httpx.AsyncClient, *lines: Any, path: str = "opportunities/batch") -> list[dict[str, Any]]:
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = await api.post(path, content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def history(number: int, *facts: dict[str, Any]) -> dict[str, Any]:
    opening = {"command": "open", **ACME, "occurred_at": "2017-01-01T00:00:00Z"}
    return {"external_id": f"crm:{number}", "facts": [opening, *facts]}


WIN = {"command": "win", "occurred_at": "2017-02-01T00:00:00Z"}
QUALIFY = {"command": "enter_stage", "to_stage": "qualified", "occurred_at": "2017-01-02T00:00:00Z"}


async def test_a_batch_takes_the_good_lines_and_answers_each(api: httpx.AsyncClient) -> None:
    answers = await batch(api, history(1, QUALIFY, WIN), "{broken", history(2, WIN), history(3))
    assert [answer.get("status", answer.get("version", answer.get("done"))) for answer in answers] == [
        3,
        422,
        409,
        1,
        True,
    ]
    assert answers[-1] == {"done": True, "lines": 4, "failed": 2}


async def test_a_history_sent_again_adds_nothing_and_a_longer_one_its_tail(api: httpx.AsyncClient) -> None:
    first = await batch(api, history(1, QUALIFY))
    again = await batch(api, history(1, QUALIFY))
    longer = await batch(api, history(1, QUALIFY, WIN))
    assert again[0] == first[0] | {"created": False}
    assert (longer[0]["version"], longer[0]["position"]) == (3, 3)


async def test_a_changed_past_is_an_error_line(api: httpx.AsyncClient) -> None:
    await batch(api, history(1, QUALIFY, WIN))
    changed = await batch(api, history(1, QUALIFY | {"occurred_at": "2017-01-03T00:00:00Z"}, WIN))
    assert changed[0]["status"] == 409
    assert (await api.get("events")).json()["head"] == 3


async def test_a_history_may_have_a_reopening_and_corrections(api: httpx.AsyncClient) -> None:
    reopened = {
        "command": "reopen",
        "reason": "other",
        "close_date": "2017-03-01",
        "occurred_at": "2017-05-02T00:00:00Z",
    }
    won = WIN | {"occurred_at": "2017-05-03T00:00:00Z"}
    amount = {"amount": "7", "currency": "EUR"}
    corrected = {"command": "correct", "reason": "other", "amount": amount, "occurred_at": "2017-05-04T00:00:00Z"}
    taken, _ = await batch(api, history(1, QUALIFY, WIN, reopened, won, corrected))
    deal = (await api.get(f"opportunities/{taken['opportunity_id']}")).json()
    assert (deal["outcome"], deal["close_date"], deal["amount"]["amount"]) == ("won", "2017-05-03", "7.00")


async def test_exports_change_known_deals_and_leave_alone_what_was_changed_here(api: httpx.AsyncClient) -> None:
    (first, _) = await batch(api, history(1, QUALIFY))
    deal = f"opportunities/{first['opportunity_id']}"
    own = {"amount": {"amount": "130", "currency": "EUR"}}
    assert (await api.post(f"{deal}/set-amount", json=own)).is_success
    step = {"occurred_at": "2017-02-01T00:00:00Z", "stage": "proposal", "amount": None, "owner": "bob"}
    lines = [{"external_id": f"crm:{number}", "steps": [step]} for number in (1, 2)]
    known, unknown, done = await batch(api, *lines, path="opportunities/exports/batch")
    assert known["kept"] == {"amount": {"here": "130.00 EUR", "export": None}}
    assert (known["version"], known["changed"], unknown["status"], done["failed"]) == (5, True, 404, 1)
    changed = (await api.get(deal)).json()
    assert (changed["stage"], changed["owner"], changed["amount"]["amount"]) == ("proposal", "bob", "130.00")
    (again, *_) = await batch(api, *lines, path="opportunities/exports/batch")
    assert again == known | {"changed": False}


async def test_a_deal_says_which_export_has_changed_it_last(api: httpx.AsyncClient) -> None:
    first, second, third = (f"2017-02-0{day}T12:00:00Z" for day in (1, 2, 3))

    async def after(*lines: dict[str, Any], path: str) -> list[str]:
        (made, _) = await batch(api, *lines, path=path)
        current = {"X-Min-Position": f"pipeline:{made['position']}", "Prefer": "wait=30"}
        (listed,) = (await api.get("opportunities", headers=current)).json()["items"]
        return [listed["exported_at"], (await api.get(f"opportunities/{made['opportunity_id']}")).json()["exported_at"]]

    assert await after(history(1, QUALIFY) | {"exported_at": first}, path="opportunities/batch") == [first, first]
    line = {"external_id": "crm:1", "exported_at": second, "steps": [{"occurred_at": second, "owner": "bob"}]}
    assert await after(line, path="opportunities/exports/batch") == [second, second]
    same = line | {"exported_at": third}
    assert await after(same, path="opportunities/exports/batch") == [second, second], "it has changed nothing"


async def test_an_external_id_names_one_deal(api: httpx.AsyncClient) -> None:
    body = ACME | {"external_id": "crm:7"}
    first = await api.post("opportunities", json=body)
    again = await api.post("opportunities", json=body)
    other = await api.post("opportunities", json=body | {"owner": "bob"})
    deal = first.json()["opportunity_id"]
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert again.json()["opportunity_id"] == deal
    assert other.status_code == 409
    assert deal in other.json()["detail"]
    found = (await api.get("opportunities", params={"external_id": "crm:7"})).json()["items"]
    assert [item["opportunity_id"] for item in found] == [deal]


async def test_a_link_gives_a_deal_an_external_id_that_nobody_else_may_take(api: httpx.AsyncClient) -> None:
    deal, other = await opened(api), await opened(api)
    assert (await api.post(f"opportunities/{deal}/link", json={"external_id": "crm:9"})).status_code == 200
    refused = await api.post(f"opportunities/{other}/link", json={"external_id": "crm:9"})
    assert refused.status_code == 409
    assert deal in refused.json()["detail"]
    found = (await api.get("opportunities", params={"external_id": "crm:9"})).json()["items"]
    assert [item["external_id"] for item in found] == ["crm:9"]


async def test_a_hundred_repeats_of_a_key_open_one_deal(api: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "one click"}
    repeats = [post_until_answered(api, "opportunities", ACME, **key) for _ in range(100)]
    answers = await asyncio.gather(*repeats)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 99
    other = await api.post("opportunities", json=ACME | {"owner": "bob"}, headers=key)
    assert other.status_code == 422


async def test_lists_are_filtered_and_paged(api: httpx.AsyncClient) -> None:
    for _ in range(4):
        await opened(api)
    last = await api.post("opportunities", json=ACME | {"owner": "bob"})
    page = (await api.get("opportunities", params={"owner": "ann", "limit": 3}, headers=fresh(last))).json()
    rest = (await api.get("opportunities", params={"owner": "ann", "limit": 3, "after": page["next"]})).json()
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [3, 1, None]
    assert len({item["opportunity_id"] for item in page["items"] + rest["items"]}) == 4
    assert {item["name"] for item in page["items"]} == {"Acme renewal"}


async def test_a_list_refuses_closing_days_in_the_wrong_order(api: httpx.AsyncClient) -> None:
    days = {"closing_from": "2026-03-02", "closing_to": "2026-03-01"}
    answer = await api.get("opportunities", params=days)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/closing_to")


async def ids(api: httpx.AsyncClient, **params: Any) -> set[str]:
    return {item["opportunity_id"] for item in (await api.get("opportunities", params=params)).json()["items"]}


async def test_lists_are_filtered_by_outcome_and_by_part_of_a_text(api: httpx.AsyncClient) -> None:
    won, open_deal = await opened(api, stage="qualified", product="Suite 100%"), await opened(api, account="Initech")
    linked = await api.post(f"opportunities/{open_deal}/link", json={"external_id": "crm:ab_9"})
    last = await api.post(f"opportunities/{won}/win")
    await api.get("opportunities", headers=fresh(last))
    assert linked.status_code == 200
    assert await ids(api, outcome="won") == {won}
    assert await ids(api, outcome="open") == {open_deal}
    assert await ids(api, outcome="lost") == set()
    for text, found in (
        ("INIT", {open_deal}),
        ("100%", {won}),
        ("b_9", {open_deal}),
        ("%", {won}),
        ("renewal", set()),
        ("c", {won, open_deal}),
    ):
        assert await ids(api, q=text) == found, text
    assert await ids(api, q="c", outcome="won", owner="ann") == {won}


async def test_an_opportunity_says_when_it_was_opened_and_closed_in_the_list_as_alone(api: httpx.AsyncClient) -> None:
    win = WIN | {"close_date": "2017-01-31"}
    taken = await batch(api, history(1, QUALIFY, win))
    deal, wait = taken[0]["opportunity_id"], {"X-Min-Position": "pipeline:3", "Prefer": "wait=10"}
    (listed,) = (await api.get("opportunities", headers=wait)).json()["items"]
    assert listed == (await api.get(f"opportunities/{deal}")).json()
    assert (listed["created_at"], listed["closed_at"]) == ("2017-01-01T00:00:00Z", "2017-02-01T00:00:00Z")
    reopened = await api.post(f"opportunities/{deal}/reopen", json={"reason": "other", "close_date": "2026-12-31"})
    (listed,) = (await api.get("opportunities", headers=fresh(reopened))).json()["items"]
    assert listed == (await api.get(f"opportunities/{deal}")).json()
    assert (listed["created_at"], listed["closed_at"]) == ("2017-01-01T00:00:00Z", None)


async def test_names_are_looked_up_by_ids(api: httpx.AsyncClient) -> None:
    first, second = await opened(api, external_id="crm:1"), await opened(api, name="Other")
    wait = {"X-Min-Position": "pipeline:2", "Prefer": "wait=10"}
    answer = await api.post("opportunities/lookup", json={"ids": [first, "nobody", second, first]}, headers=wait)
    assert answer.status_code == 200, answer.text
    found = {item.pop("opportunity_id"): item for item in answer.json()["items"]}
    assert found == {
        first: {"external_id": "crm:1", "name": "Acme renewal", "account": "acme.com"},
        second: {"external_id": None, "name": "Other", "account": "acme.com"},
    }
    for bad in ([], ["a"] * 1001, ["a\x00b"]):
        assert (await api.post("opportunities/lookup", json={"ids": bad})).status_code == 422


async def test_a_version_that_is_not_the_current_one_is_refused(api: httpx.AsyncClient) -> None:
    deal = await opened(api)
    stale = await api.post(f"opportunities/{deal}/assign", json={"owner": "bob"}, headers={"If-Match": '"2"'})
    current = await api.post(f"opportunities/{deal}/assign", json={"owner": "bob"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, current.status_code) == (412, 200)


async def test_bad_input_is_refused_by_the_name_of_its_field(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"amount": {"amount": 100, "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "1.234", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "-1", "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "1", "currency": "EURO"}}, "/amount/currency"),
        ({"amount": {"amount": "1e3", "currency": "EUR"}}, "/amount/amount"),
        ({"owner": "Ann Smith"}, "/owner"),
        ({"name": "a\x00b"}, "/name"),
        ({"external_id": "no colon"}, "/external_id"),
        ({"external_id": "crm:ada@example.com"}, "/external_id"),
        ({"close_date": "31.12.2026"}, "/close_date"),
        ({"motion": "sideways"}, "/motion"),
        ({"unknown": 1}, "/unknown"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
    ]
    for changes, pointer in cases:
        with subtests.test(changes=changes, pointer=pointer):
            answer = await api.post("opportunities", json=ACME | changes)
            assert answer.status_code == 422
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_pipeline_defined_by_data_takes_deals_through_its_own_stages(api: httpx.AsyncClient) -> None:
    loans = {
        "pipeline": "loans",
        "stages": [{"stage": "submitted", "category": "pipeline"}, {"stage": "accepted", "category": "upside"}],
        "first_qualified": "accepted",
    }
    assert (await api.put("stages", json=loans)).status_code == 200
    deal = await opened(api, pipeline="loans")
    assert (await api.post(f"opportunities/{deal}/qualify")).status_code == 200
    assert (await api.get(f"opportunities/{deal}")).json()["stage"] == "accepted"
    assert [item["pipeline"] for item in (await api.get("stages")).json()["items"]] == ["default", "loans"]


async def test_a_pipeline_that_is_defined_is_changed_by_an_admin_only(api: httpx.AsyncClient, database: str) -> None:
    key = {"Authorization": f"Bearer {await make_key(database, ['pipeline:read', 'pipeline:write'])}"}
    loans = {"pipeline": "loans", "stages": [{"stage": "submitted"}], "first_qualified": "submitted"}
    assert (await api.put("stages", json=loans, headers=key)).status_code == 200
    assert (await api.put("stages", json=loans, headers=key)).status_code == 200, "it is so already"
    assert (await api.put("stages", json=loans | {"won": "paid"}, headers=key)).status_code == 403
    assert (await api.put("stages", json=loans | {"won": "paid"})).status_code == 200


async def test_a_win_in_an_ended_period_needs_one_of_two_scopes(api: httpx.AsyncClient, database: str) -> None:
    body = {"close_date": "2017-02-28"}
    for scopes, status in (
        (["pipeline:write"], 403),
        (["pipeline:write", "pipeline:correct"], 200),
        (["pipeline:write", "history:write"], 200),
    ):
        key = {"Authorization": f"Bearer {await make_key(database, scopes, name=scopes[-1])}"}
        deal = await opened(api, stage="qualified")
        assert (await api.post(f"opportunities/{deal}/win", json=body, headers=key)).status_code == status


async def test_reasons_are_shown_set_and_checked(api: httpx.AsyncClient) -> None:
    before = (await api.get("settings")).json()
    assert before == before["defaults"] | {"defaults": before["defaults"]}
    assert (before["timezone"], before["calendar"]) == ("UTC", "months")
    assert (await api.put("settings", json={"reasons": {"lose": ["price"]}})).status_code == 200
    after = (await api.get("settings")).json()
    assert after["reasons"] == before["reasons"] | {"lose": ["price"]}
    assert after["defaults"] == before["defaults"]
    deal = await opened(api)
    refused = await api.post(f"opportunities/{deal}/lose", json={"reason": "competitor"})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"pointer": "/reason", "detail": "must be one of price"}],
    )
    assert (await api.post(f"opportunities/{deal}/lose", json={"reason": "price"})).status_code == 200


async def test_settings_that_are_none_of_its_own_or_empty_are_refused(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body in [
        {"timezone": "UTC"},
        {"reasons": {"lose": []}},
        {"reasons": {"win": ["price"]}},
        {"reasons": {"lose": ["A b"]}},
        {"benchmarks": {"minimum_sample": 0}},
        {"benchmarks": {"bands": [{"measure": "win_rate", "low": "0.4", "high": "0.3"}]}},
        {"benchmarks": {"bands": [{"measure": "win_rate", "low": "0.4", "high": "1.1"}]}},
        {"benchmarks": {"bands": [{"measure": "luck", "low": "0.4", "high": "0.5"}]}},
        {"benchmarks": {"bands": [{"measure": "win_rate", "low": "0.1", "high": "0.2"}] * 2}},
    ]:
        with subtests.test(body=body):
            assert (await api.put("settings", json=body)).status_code == 422


async def test_an_unknown_deal_is_404(api: httpx.AsyncClient) -> None:
    for path in ("opportunities/none", "opportunities/none/history"):
        assert (await api.get(path)).status_code == 404
    assert (await api.post("opportunities/none/qualify")).status_code == 404


async def test_the_feed_tells_each_change_once_from_the_beginning(api: httpx.AsyncClient) -> None:
    deal = await opened(api)
    await api.post(f"opportunities/{deal}/qualify")
    page = (await api.get("events", params={"limit": 1})).json()
    rest = (await api.get("events", params={"after": page["next"]})).json()
    assert [page["items"][0]["type"], rest["items"][0]["type"]] == ["opportunity.opened", "opportunity.stage_changed"]
    event = rest["items"][0]
    assert event["subject"] == deal
    assert event["data"]["command"] == "qualify"
    assert (event["data"]["from_stage"], event["data"]["to_stage"]) == ("unqualified", "qualified")
    assert event["data"]["by"] == "tester"
    assert "Acme" not in json.dumps([page, rest]).replace("acme.com", "")
    assert rest["next"] == rest["head"] == 2


async def test_a_key_without_the_scope_is_refused(
    api: httpx.AsyncClient, database: str, subtests: pytest.Subtests
) -> None:
    for method, path, scopes in [
        ("GET", "opportunities", ["pipeline:write"]),
        ("POST", "opportunities/x/qualify", ["pipeline:read"]),
        ("POST", "opportunities/x/correct", ["pipeline:read"]),
        ("POST", "opportunities/batch", ["pipeline:write"]),
        ("POST", "opportunities/exports/batch", ["pipeline:write"]),
        ("POST", "opportunities/lookup", ["pipeline:write"]),
        ("PUT", "settings", ["pipeline:read", "pipeline:write"]),
        ("GET", "settings", ["pipeline:write"]),
        ("GET", "events", ["pipeline:read"]),
    ]:
        with subtests.test(method=method, path=path, scopes=scopes):
            key = await make_key(database, scopes)
            answer = await api.request(method, path, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 403


async def test_backdating_needs_the_right_to_write_history(api: httpx.AsyncClient, database: str) -> None:
    key = {"Authorization": f"Bearer {await make_key(database, ['pipeline:write'])}"}
    past = ACME | {"occurred_at": "2017-01-01T00:00:00Z"}
    assert (await api.post("opportunities", json=past, headers=key)).status_code == 403
    assert (await api.post("opportunities", json=past)).status_code == 201
