"""The forecast as confined callers see and change it."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.journeys.places import Company
from tests.running import fresh

FORECAST = "/forecast/v1"
OVERRIDE = {"amount": {"amount": "700.00", "currency": "EUR"}, "note": "as agreed"}


async def get(company: Company, node: str, path: str, after: httpx.Response | None = None) -> httpx.Response:
    return await company.call(node, "GET", f"{FORECAST}{path}", headers=fresh(after) if after else None)


async def put(company: Company, node: str, about: str, by: str) -> httpx.Response:
    path = f"{FORECAST}/overrides/{about}/2026-Q4/commit?by={by}"
    return await company.call(node, "PUT", path, OVERRIDE)


def pure(view: dict[str, Any]) -> Decimal:
    return sum((Decimal(amount) for amount in view["pure"].values()), Decimal(0))


async def test_a_node_sees_its_own_numbers_and_those_below_it(company: Company) -> None:
    today = (await company.api.get(f"{FORECAST}/rollup")).json()["period"]["ends"]
    inside = (await company.deal("r1", close_date=today)).json()["opportunity_id"]
    made = await company.deal("r3", close_date=today, amount={"amount": "5550.00", "currency": "EUR"})
    outside = made.json()["opportunity_id"]

    whole = (await company.api.get(f"{FORECAST}/rollup", headers=fresh(made))).json()["node"]
    seen = await get(company, "a", "/rollup?depth=3", made)
    root = (await get(company, "company", "/rollup?depth=3")).json()["node"]
    assert (whole["node_id"], pure(whole)) == ("company", Decimal("6550.00"))
    assert (root["node_id"], pure(root)) == ("company", Decimal("6550.00"))
    assert (seen.json()["node"]["node_id"], pure(seen.json()["node"])) == ("a", Decimal("1000.00"))
    assert {child["node_id"] for child in seen.json()["node"]["children"]} == {"r1", "r2"}
    assert "5550" not in seen.text
    assert "r3" not in seen.text

    behind = await get(company, "a", "/rollup/a/opportunities")
    assert [deal["opportunity_id"] for deal in behind.json()["items"]] == [inside]
    everything = await get(company, "company", "/rollup/company/opportunities")
    assert {deal["opportunity_id"] for deal in everything.json()["items"]} == {inside, outside}
    moved = await get(company, "a", "/waterfall?view=open&from=2026-01-01T00:00:00Z", made)
    assert (moved.status_code, moved.json()["node_id"], moved.json()["closing"]) == (200, "a", "1000.00")
    assert outside not in moved.text
    for path in (
        "/rollup?node={}",
        "/rollup/{}/opportunities",
        "/accuracy?node={}",
        "/waterfall?node={}&from=2026-01-01T00:00:00Z",
    ):
        elsewhere, unknown = [await get(company, "a", path.format(node)) for node in ("r3", "nobody")]
        assert (elsewhere.status_code, unknown.status_code) == (404, 404), path
        assert elsewhere.text == unknown.text.replace("nobody", "r3")

    moved_away = await company.place("r1", "b")
    assert (await get(company, "a", "/rollup?node=r1", moved_away)).status_code == 404
    assert pure((await get(company, "a", "/rollup")).json()["node"]) == 0
    assert pure((await get(company, "b", "/rollup")).json()["node"]) == Decimal("6550.00")


@pytest.mark.thorough
async def test_a_node_does_not_see_what_its_manager_made_of_it(company: Company) -> None:
    made = await company.deal("r1", close_date="2026-12-01")
    await get(company, "a", "/rollup", made)
    assert (await put(company, "r1", "r1", "self")).status_code == 200
    done = await put(company, "a", "r1", "manager")
    assert done.status_code == 200, done.text
    question = "/rollup?period=2026-Q4&node=r1"
    by_manager = (await get(company, "a", question, done)).json()["node"]
    by_self = (await get(company, "r1", question, done)).json()["node"]
    assert {each["by"] for each in by_manager["overrides"]} == {"manager", "self"}
    assert {each["by"] for each in by_self["overrides"]} == {"self"}
    assert by_manager["seen_by_parent"] is not None
    assert by_self["seen_by_parent"] is None
    assert by_self["seen_by_self"] == by_manager["seen_by_self"]

    async def listed(node: str) -> list[str]:
        answer = await get(company, node, "/overrides", done)
        assert answer.status_code == 200, answer.text
        return [each["by"] for each in answer.json()["items"]]

    async def in_the_feed(node: str) -> list[str]:
        events = (await get(company, node, "/events?limit=1000", done)).json()["items"]
        return [event["data"]["by"] for event in events]

    assert await listed("a") == await in_the_feed("a") == ["self", "manager"]
    assert await listed("r1") == await in_the_feed("r1") == ["self"]
    assert await listed("b") == await in_the_feed("b") == []


@pytest.mark.thorough
async def test_a_node_states_its_own_amounts_and_a_manager_those_below(company: Company) -> None:
    async def status(node: str, about: str, by: str) -> int:
        return (await put(company, node, about, by)).status_code

    assert [await status("r1", "r1", "manager"), await status("a", "r1", "self")] == [403, 403]
    assert [await status("company", "r1", "manager"), await status("b", "r1", "manager")] == [403, 404]
    assert [await status("a", "r3", "manager"), await status("a", "r3", "self")] == [404, 404]
    assert [await status("a", "r1", "manager"), await status("a", "a", "self")] == [200, 200]
    reset = f"{FORECAST}/overrides/r1/2026-Q4/commit?by=manager"
    assert (await company.call("r1", "DELETE", reset)).status_code == 403
    assert (await company.call("a", "DELETE", reset)).status_code == 200

    body = {"period": "2026-Q4", "amounts": {"commit": OVERRIDE["amount"]}}
    calls = [
        (await company.call(node, "POST", f"{FORECAST}/submissions", body | {"node": about})).status_code
        for node, about in (("r1", "r1"), ("a", "r1"), ("a", "r3"))
    ]
    assert calls == [201, 403, 404]
    for method, path, sent in (
        ("PUT", "/org/nodes/r9", {"name": "Nine", "kind": "person", "parent": "a"}),
        ("PUT", "/quotas/r1/2026-Q4", {"amount": OVERRIDE["amount"]}),
        ("PUT", "/settings", {"currency": "EUR"}),
        ("POST", "/snapshots", {"node": "a", "period": "2026-Q4"}),
    ):
        assert (await company.call("a", method, f"{FORECAST}{path}", sent)).status_code == 403, path
