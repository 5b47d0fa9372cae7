"""Deals as callers see and change them by their place in the organisation, over HTTP."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from funnelcast.serving.services import SERVICES
from tests.journeys.places import OPPORTUNITIES, Company
from tests.running import eventually, fresh, served_services, within
from tests.shared.webhooks.receiver import receiving


async def ids_seen_by(company: Company, node: str, after: httpx.Response) -> set[str]:
    answer = await company.call(node, "GET", OPPORTUNITIES, headers=fresh(after))
    assert answer.status_code == 200, answer.text
    return {item["opportunity_id"] for item in answer.json()["items"]}


async def test_a_node_sees_and_changes_the_deals_below_it_alone(company: Company) -> None:
    inside = (await company.deal("r1")).json()["opportunity_id"]
    made = await company.deal("r3")
    outside = made.json()["opportunity_id"]
    assert await ids_seen_by(company, "a", made) == {inside}
    for path in ("", "/history", "/timeline"):
        assert (await company.call("a", "GET", f"{OPPORTUNITIES}/{inside}{path}")).status_code == 200
        assert (await company.call("a", "GET", f"{OPPORTUNITIES}/{outside}{path}")).status_code == 404
    unknown = await company.call("a", "GET", f"{OPPORTUNITIES}/nobody")
    elsewhere = await company.call("a", "GET", f"{OPPORTUNITIES}/{outside}")
    assert unknown.text.replace("nobody", outside) == elsewhere.text
    assign = f"{OPPORTUNITIES}/{inside}/assign"
    assert (await company.call("a", "POST", assign, {"owner": "r3"})).status_code == 403
    assert (await company.call("a", "POST", assign, {"owner": "r2"})).status_code == 200
    assert (await company.call("a", "POST", f"{OPPORTUNITIES}/{outside}/assign", {"owner": "r1"})).status_code == 404
    assert (await company.call("a", "POST", f"{OPPORTUNITIES}/{outside}/qualify")).status_code == 404


async def test_the_root_sees_the_deals_of_owners_without_a_node_and_nobody_else_does(company: Company) -> None:
    made = await company.deal("stranger")
    subject = made.json()["opportunity_id"]
    deal = f"{OPPORTUNITIES}/{subject}"
    for node, status, seen, count in (("a", 404, set[str](), 0), ("company", 200, {subject}, 1)):
        assert await ids_seen_by(company, node, made) == seen
        for path in ("", "/history", "/timeline"):
            assert (await company.call(node, "GET", f"{deal}{path}")).status_code == status
        assert [event["subject"] for event in await events_seen_by(company, node, made)] == list(seen)
        measured = (await company.call(node, "GET", "/pipeline/v1/metrics/pipeline")).json()
        assert measured["total"]["unqualified"]["open"]["count"] == count
        assigned = await company.call(node, "POST", f"{deal}/assign", {"owner": "r1"})
        assert assigned.status_code == status


async def test_a_move_of_a_node_takes_its_deals_along(company: Company) -> None:
    made = await company.deal("r1")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    assert (await company.call("a", "GET", deal)).status_code == 200
    moved = await company.place("r1", "b")
    assert (await company.call("a", "GET", deal, headers=fresh(moved))).status_code == 404
    seen = await company.call("b", "GET", deal, headers=fresh(moved))
    assert seen.status_code == 200
    assert f"forecast:{moved.headers['X-Position'].partition(':')[2]}" in seen.headers["X-Position"]
    assert await ids_seen_by(company, "a", moved) == set()


@pytest.mark.thorough
async def test_a_node_that_is_unknown_or_has_ended_sees_and_changes_nothing(company: Company) -> None:
    made = await company.deal("gone")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    for node in ("gone", "nobody"):
        for path in (OPPORTUNITIES, deal, f"{deal}/history"):
            assert (await company.call(node, "GET", path, headers=fresh(made))).status_code == 404
        assert (await company.call(node, "POST", f"{deal}/qualify")).status_code == 403
    assert (await company.call("b", "GET", deal)).status_code == 200  # its deals stay visible above


async def test_who_acts_for_a_node_is_confined_to_it_and_below_the_own_one(company: Company) -> None:
    made = await company.deal("r1")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    acting = await company.api.get(deal, headers={"On-Behalf-Of": "r1"})
    assert acting.status_code == 200
    assert (await company.api.get(deal, headers={"On-Behalf-Of": "r2"})).status_code == 404
    assert (await company.api.get(OPPORTUNITIES, headers={"On-Behalf-Of": "nobody"})).status_code == 404
    assert (await company.call("a", "GET", deal, headers={"On-Behalf-Of": "r1"})).status_code == 200
    assert (await company.call("b", "GET", deal, headers={"On-Behalf-Of": "r1"})).status_code == 404
    changed = await company.api.post(
        f"{deal}/set-amount", json={"amount": {"amount": "7.00", "currency": "EUR"}}, headers={"On-Behalf-Of": "r1"}
    )
    assert changed.status_code == 200
    timeline = (await company.call("a", "GET", f"{deal}/timeline")).json()["items"]
    assert (timeline[-1]["by"], timeline[-1]["on_behalf_of"]) == ("tester", "r1")


@pytest.mark.thorough
async def test_the_readiness_says_how_old_the_organisation_may_be(company: Company) -> None:
    async def is_fresh() -> bool:
        found = (await company.api.get("/pipeline/readyz")).json()["details"]["organisation"]
        return bool(found["ok"] and found["read"] and found["seconds"] < 60)

    await eventually(is_fresh)
    assert "funnelcast_organisation_age_seconds" in (await company.api.get("/pipeline/metrics")).text


async def events_seen_by(company: Company, node: str, after: httpx.Response, query: str = "") -> list[dict[str, Any]]:
    answer = await company.call(node, "GET", f"/pipeline/v1/events?limit=1000{query}", headers=fresh(after))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    assert answer.json()["next"] == answer.json()["head"]
    return items


async def test_a_deal_that_leaves_is_shown_once_more_and_nothing_of_it_afterwards(company: Company) -> None:
    made = await company.deal("r1", external_id="crm:1")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    await company.send("POST", f"{deal}/set-amount", {"amount": {"amount": "2222.00", "currency": "EUR"}})
    await company.send("POST", f"{deal}/assign", {"owner": "r3"})
    later = await company.send("POST", f"{deal}/set-amount", {"amount": {"amount": "3333.00", "currency": "EUR"}})
    seen = await events_seen_by(company, "a", later)
    assert [event["type"].partition(".")[2] for event in seen] == ["opened", "amount_changed", "left_view"]
    assert seen[-1]["data"] == {"external_id": "crm:1", "by": "tester"}
    assert [e["type"] for e in await events_seen_by(company, "a", later, "&types=opportunity.left_view")] == [
        "opportunity.left_view"
    ]
    assert await events_seen_by(company, "a", later, "&owner=r3") == []
    others = await events_seen_by(company, "b", later)
    assert [event["type"].partition(".")[2] for event in others] == ["assigned", "amount_changed"]
    assert others[0]["data"]["from_owner"] == "_elsewhere"
    assert len(await events_seen_by(company, "company", later)) == 4


async def test_the_timeline_of_a_deal_is_silent_about_its_time_elsewhere(company: Company) -> None:
    made = await company.deal("r1", external_id="crm:1")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    await company.send("POST", f"{deal}/assign", {"owner": "r3"})
    await company.send("POST", f"{deal}/set-amount", {"amount": {"amount": "3333.00", "currency": "EUR"}})
    await company.send("POST", f"{deal}/assign", {"owner": "r2"})
    last = await company.send("POST", f"{deal}/set-close-date", {"close_date": "2030-01-31"})

    async def told_to(node: str, query: str = "") -> list[tuple[str, int, list[str]]]:
        answer = await company.call(node, "GET", f"{deal}/timeline{query}", headers=fresh(last))
        assert answer.status_code == 200, answer.text
        return [(each["text"], each["version"], each["owners"]) for each in answer.json()["items"]]

    seen = [
        ("Opened in unqualified from sales, for r1, worth 1000.00 EUR", 1, ["r1"]),
        ("Given to an owner elsewhere", 2, []),
        ("Assigned from _elsewhere to r2", 4, ["_elsewhere", "r2"]),
        ("Close date changed from none to 2030-01-31", 5, []),
    ]
    assert await told_to("a") == seen
    assert await told_to("a", "?limit=2") == seen[:2]
    assert [version for _, version, _ in await told_to("company")] == [1, 2, 3, 4, 5]


async def test_a_correction_that_takes_a_deal_away_says_nothing_else(company: Company) -> None:
    made = await company.deal("r1")
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    await company.send("POST", f"{deal}/qualify", {})
    await company.send("POST", f"{deal}/win", {})
    corrected = {"owner": "r3", "amount": {"amount": "4444.00", "currency": "EUR"}, "close_date": "2020-02-20"}
    gone = await company.send("POST", f"{deal}/correct", {**corrected, "reason": "data_correction"})
    back = await company.send("POST", f"{deal}/correct", {"owner": "r2", "reason": "data_correction"})
    entries = (await company.call("a", "GET", f"{deal}/timeline", headers=fresh(back))).json()["items"]
    left = next(each for each in entries if each["position"] == gone.json()["position"])
    assert (left["text"], left["owners"], left["amounts"], left["days"]) == ("Given to an owner elsewhere", [], [], [])


async def test_a_correction_that_brings_a_deal_in_says_nothing_of_before(company: Company) -> None:
    made = await company.deal("r3", amount={"amount": "8888.00", "currency": "USD"})
    deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
    await company.send("POST", f"{deal}/qualify", {})
    await company.send("POST", f"{deal}/win", {"close_date": "2020-02-20"})
    corrected = {"owner": "r1", "amount": {"amount": "4444.00", "currency": "EUR"}, "close_date": "2020-03-30"}
    came = await company.send("POST", f"{deal}/correct", {**corrected, "reason": "data_correction"})
    (event,) = await events_seen_by(company, "a", came)
    assert (event["data"]["from_owner"], event["data"]["owner"]) == ("_elsewhere", "r1")
    assert (event["data"]["amount"], event["data"]["close_date"]) == ("4444.00", "2020-03-30")
    (entry,) = (await company.call("a", "GET", f"{deal}/timeline", headers=fresh(came))).json()["items"]
    assert entry["owners"] == ["_elsewhere", "r1"]
    for elsewhere in ("8888", "USD", "2020-02-20"):
        assert elsewhere not in f"{event}{entry}"


async def test_the_stream_of_a_node_that_ends_ends_by_an_event(database: str) -> None:
    async with served_services(database, list(SERVICES.values())) as (api, _):
        company = Company(api, database)
        await company.build()
        headers = {"Authorization": f"Bearer {await company.key('r1')}"}
        async with api.stream("GET", "/pipeline/v1/events/stream", headers=headers) as answer:
            ended = await company.send("DELETE", "/forecast/v1/org/nodes/r1")
            assert (await company.call("r1", "GET", OPPORTUNITIES, headers=fresh(ended))).status_code == 404
            await company.deal("r2")
            assert (await within(10, answer.aread())).endswith(b"event: stopping\ndata: {}\n\n")


async def test_the_stream_of_a_node_has_an_event_at_once_and_does_not_wait_for_the_next_one(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read models, which decide who may see it, apply an event after the stream has heard of it."""
    monkeypatch.setattr("shared.web.feed.routes.HEARTBEAT", 600.0)
    async with served_services(database, list(SERVICES.values())) as (api, _):
        company = Company(api, database)
        await company.build()
        headers = {"Authorization": f"Bearer {await company.key('a')}"}
        async with api.stream("GET", "/pipeline/v1/events/stream", headers=headers) as answer:
            ids = (line.removeprefix("id: ") async for line in answer.aiter_lines() if line.startswith("id: "))
            for _ in range(5):
                made = await company.deal("r1")
                assert await within(10, anext(ids)) == str(made.json()["position"])


async def test_a_webhook_of_a_node_hears_of_a_deal_until_it_leaves(company: Company) -> None:
    async with receiving() as receiver:
        hook = {"url": receiver.url, "types": ["opportunity.*"]}
        assert (await company.call("a", "POST", "/pipeline/v1/webhooks", hook)).status_code == 201
        made = await company.deal("r1", external_id="crm:1")
        deal = f"{OPPORTUNITIES}/{made.json()['opportunity_id']}"
        await company.deal("r3", account="other.example")
        await company.send("POST", f"{deal}/assign", {"owner": "r3"})
        await company.send("POST", f"{deal}/set-amount", {"amount": {"amount": "3333.00", "currency": "EUR"}})
        last = (await company.deal("r2")).json()["opportunity_id"]

        async def heard_of_the_last() -> bool:
            return any(request.event["subject"] == last for request in receiver.requests)

        await eventually(heard_of_the_last)
        found = [(request.event["subject"], request.event["type"]) for request in receiver.requests]
        subject = made.json()["opportunity_id"]
        assert sorted(found) == sorted(
            [(subject, "opportunity.opened"), (subject, "opportunity.left_view"), (last, "opportunity.opened")]
        )
        assert not any(secret in request.body for request in receiver.requests for secret in (b"r3", b"3333", b"other"))


READERS, MOVES = 64, 8


@pytest.mark.thorough
async def test_readers_see_all_of_a_move_or_nothing_of_it(company: Company) -> None:
    """Each answer names the last change of the organisation that it has: what it shows is what that leads to."""
    due = {"close_date": "2031-02-01"}
    team = {(await company.deal(owner, **due)).json()["opportunity_id"] for owner in ("r1", "r1", "r2")}
    own = await company.deal("r3", **due)
    others = {own.json()["opportunity_id"]}
    await ids_seen_by(company, "b", own)
    await company.send("GET", "/forecast/v1/rollup", **fresh(own))
    moves, answers = [(0, "company")], list[tuple[str, httpx.Response]]()

    async def look(number: int) -> None:
        path = (OPPORTUNITIES, "/forecast/v1/rollup?depth=5&period=2031-Q1")[number % 2]
        answers.append((path, await company.call("b" if path == OPPORTUNITIES else "company", "GET", path)))

    for number in range(MOVES):
        parent = ("b", "company")[number % 2]
        async with asyncio.TaskGroup() as tasks:
            looks = [tasks.create_task(look(reader)) for reader in range(READERS // 2)]
            moved = await company.place("a", parent)
            looks += [tasks.create_task(look(reader)) for reader in range(READERS // 2)]
        moves.append((moved.json()["position"], parent))
        await ids_seen_by(company, "company", moved)
    seen = set[tuple[str, str]]()
    for path, answer in answers:
        if answer.status_code == 503:  # a busy machine may refuse some
            continue
        position = position_of(answer)
        parent = next(parent for moved_at, parent in reversed(moves) if moved_at <= position)
        seen.add((path, parent))
        if path == OPPORTUNITIES:
            ids = {item["opportunity_id"] for item in answer.json()["items"]}
            assert ids == (others | team if parent == "b" else others)
        else:
            amounts = {node["node_id"]: node["pure"]["pipeline"] for node in walk(answer.json()["node"])}
            of_b = "4000.00" if parent == "b" else "1000.00"
            assert (amounts["company"], amounts["a"], amounts["b"]) == ("4000.00", "3000.00", of_b)
    assert len(seen) == 4


def position_of(answer: httpx.Response) -> int:
    """The position of the last event of forecast that the answer has."""
    positions = dict(each.split(":") for each in answer.headers["X-Position"].split(","))
    return int(positions["forecast"])


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from walk(child)


@pytest.mark.thorough
async def test_measures_count_the_deals_of_the_subtree_alone(company: Company) -> None:
    await company.deal("r1")
    made = await company.deal("r3", amount={"amount": "777777.00", "currency": "EUR"})
    for path in (
        "pipeline?by=owner",
        "opportunities?set=open",
        "velocity?by=owner",
        "win-rate?by=owner",
        "cycles?step=srl",
    ):
        answer = await company.call("a", "GET", f"/pipeline/v1/metrics/{path}", headers=fresh(made))
        assert answer.status_code == 200, answer.text
        assert "r3" not in answer.text
        assert "777777" not in answer.text
        assert "r1" in answer.text or path.startswith(("velocity", "win-rate"))
    funnel = await company.call("a", "GET", "/pipeline/v1/metrics/funnel", headers=fresh(made))
    assert [step["entered"] for step in funnel.json()["steps"]] == [0, 1]
    refused = await company.call("a", "GET", "/pipeline/v1/metrics/cost-per-sql?from=2026-01-01&to=2026-02-01")
    assert refused.status_code == 403


@pytest.mark.thorough
async def test_no_change_of_a_confined_caller_comes_after_the_deal_was_given_away(company: Company) -> None:
    made = [await company.deal("r1") for _ in range(100)]
    deals = [f"{OPPORTUNITIES}/{each.json()['opportunity_id']}" for each in made]
    await company.key("a")

    async def give_away(deal: str) -> None:
        await company.send("POST", f"{deal}/assign", {"owner": "r3"})

    async def change(deal: str) -> int:
        body = {"amount": {"amount": "5.00", "currency": "EUR"}}
        return (await company.call("a", "POST", f"{deal}/set-amount", body)).status_code

    async with asyncio.TaskGroup() as tasks:
        changes = [tasks.create_task(change(deal)) for deal in deals[:50]]
        gifts = [tasks.create_task(give_away(deal)) for deal in deals]
        changes += [tasks.create_task(change(deal)) for deal in deals[50:]]
    assert len(gifts) == 100
    assert {each.result() for each in changes} <= {200, 404, 503}  # a busy machine may refuse some
    for deal in deals:
        events = [item["type"] for item in (await company.send("GET", f"{deal}/timeline")).json()["items"]]
        assert events[-1] == "opportunity.assigned", events


@pytest.mark.thorough
async def test_a_feed_can_be_asked_for_what_a_node_sees(company: Company) -> None:
    await company.deal("r1", external_id="crm:1")
    made = await company.deal("r3", external_id="crm:3")
    feed = "/pipeline/v1/events"

    async def owners(answer: httpx.Response) -> set[str]:
        assert answer.status_code == 200, answer.text
        return {event["data"]["owner"] for event in answer.json()["items"]}

    assert await owners(await company.api.get(f"{feed}?node=a", headers=fresh(made))) == {"r1"}
    assert await owners(await company.call("company", "GET", f"{feed}?node=b")) == {"r3"}
    assert (await company.call("a", "GET", f"{feed}?node=r3")).status_code == 404
    assert (await company.call("a", "GET", f"{feed}/stream?node=r3")).status_code == 404
    assert (await company.api.get(f"{feed}?node=nobody")).status_code == 404
    assert (await company.api.get(f"{feed}?node=a", headers={"On-Behalf-Of": "a"})).status_code == 422


@pytest.mark.thorough
async def test_me_on_behalf_of_a_node_checks_the_node(company: Company) -> None:
    async def status(node: str, acting: str) -> int:
        return (await company.call(node, "GET", "/pipeline/v1/me", headers={"On-Behalf-Of": acting})).status_code

    assert [await status("a", acting) for acting in ("r1", "r3", "nobody", "gone")] == [200, 404, 404, 404]


@pytest.mark.thorough
async def test_who_is_tied_reads_the_reasons_and_the_time_zone_and_no_settings(company: Company) -> None:
    for path in ("/pipeline/v1/reasons", "/qualification/v1/reasons", "/forecast/v1/calendars"):
        answer = await company.call("r1", "GET", path)
        assert (answer.status_code, answer.json()["timezone"]) == (200, "UTC")
    for service in ("pipeline", "qualification", "forecast"):
        for method in ("GET", "PUT"):
            assert (await company.call("r1", method, f"/{service}/v1/settings", {})).status_code == 403


@pytest.mark.thorough
async def test_the_document_of_events_names_what_tells_of_a_deal_that_left(company: Company) -> None:
    channels = (await company.api.get("/pipeline/v1/asyncapi.json")).json()["channels"]
    found = {way for way, channel in channels.items() if any("left_view" in name for name in channel["messages"])}
    assert found == {"stream", "webhook"}


@pytest.mark.thorough
async def test_a_deal_is_found_by_its_external_id_by_who_sees_it_alone(company: Company) -> None:
    made = await company.deal("r1", external_id="crm:1")
    for node, found in (("a", 1), ("b", 0), ("company", 1)):
        answer = await company.call(node, "GET", f"{OPPORTUNITIES}?external_id=crm:1", headers=fresh(made))
        assert (answer.status_code, len(answer.json()["items"])) == (200, found)
