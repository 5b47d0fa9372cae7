"""Who sees what and changes what, by the place in the organisation, over the wire."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from funnelcast.services import SERVICES
from tests.journeys.places import OPPORTUNITIES, Company
from tests.running import eventually, fresh, running_services


@pytest_asyncio.fixture
async def company(database: str) -> AsyncIterator[Company]:
    async with running_services(database, list(SERVICES.values())) as api:
        company = Company(api, database)
        await company.build()
        yield company


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


async def test_the_readiness_says_how_old_the_organisation_may_be(company: Company) -> None:
    async def is_fresh() -> bool:
        found = (await company.api.get("/pipeline/readyz")).json()["details"]["organisation"]
        return bool(found["ok"] and found["read"] and found["seconds"] < 60)

    await eventually(is_fresh)
    assert "funnelcast_organisation_age_seconds" in (await company.api.get("/pipeline/metrics")).text
