"""Leads as callers see and work them by their place in the organisation, over HTTP."""

from typing import Any

import httpx
import pytest

from services.qualification.projections.leads import FEW
from tests.journeys.places import Company
from tests.running import eventually, fresh

LEADS = "/qualification/v1/leads"


async def capture(company: Company, number: int, source: str = "demo_request") -> httpx.Response:
    company_of = {"domain": f"buyer{number}.example", "employees": 250}
    person = {"email": f"buyer{number}@buyer{number}.example", "job_title": "Head of Sales"}
    details: dict[str, Any] = {"message": "Call me"} if source == "demo_request" else {"list": "news"}
    body = {"source": source, "person": person, "company": company_of, "details": details}
    return await company.call("r3", "POST", "/intake/v1/leads", body)


async def ids(company: Company, node: str, path: str, after: httpx.Response) -> list[str]:
    answer = await company.call(node, "GET", path, headers=fresh(after))
    assert answer.status_code == 200, answer.text
    return [item["lead_id"] for item in answer.json()["items"]]


async def test_keys_that_are_tied_capture_leads_and_read_nothing_at_intake(company: Company) -> None:
    captured = await capture(company, 1)
    assert captured.status_code == 201
    lead = captured.json()["lead_id"]
    activity = {"lead_id": lead, "kind": "page_viewed", "occurred_at": "2026-01-01T00:00:00Z"}
    assert (await company.call("a", "POST", "/intake/v1/activities", activity)).status_code == 200
    for path in ("leads", f"leads/{lead}", f"people/{captured.json()['person_id']}"):
        assert (await company.call("r3", "GET", f"/intake/v1/{path}")).status_code == 403
    acting = await company.api.post("/intake/v1/leads", json={}, headers={"On-Behalf-Of": "a"})
    assert acting.status_code == 403


@pytest.mark.parametrize("few", [0, FEW])
async def test_a_lead_is_inside_by_its_sdr_the_queue_or_its_deal(
    company: Company, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`few`: up to how many owners each reason to see a lead is asked by itself."""
    monkeypatch.setattr("services.qualification.projections.leads.FEW", few)
    captured = await capture(company, 2)
    lead = captured.json()["lead_id"]
    cold = (await capture(company, 3, "newsletter")).json()["lead_id"]
    for node in ("a", "b", "r1"):  # nobody's yet
        assert await ids(company, node, "/qualification/v1/queue", captured) == [lead]
        assert await ids(company, node, LEADS, captured) == [lead]
        assert (await company.call(node, "GET", f"{LEADS}/{lead}")).status_code == 200
    assert (await company.call("a", "GET", f"{LEADS}/{cold}")).status_code == 404

    claimed = await company.call("r1", "POST", f"{LEADS}/{lead}/claim")
    assert claimed.status_code == 200
    assert await ids(company, "a", "/qualification/v1/queue", claimed) == [lead]
    assert await ids(company, "b", "/qualification/v1/queue", claimed) == []
    for path in ("", "/score"):
        assert (await company.call("b", "GET", f"{LEADS}/{lead}{path}")).status_code == 404
    assert (await company.call("b", "POST", f"{LEADS}/{lead}/claim")).status_code == 404
    assert (await company.call("r2", "POST", f"{LEADS}/{lead}/touch")).status_code == 404
    seen = (await company.call("a", "GET", f"{LEADS}/{lead}")).json()
    assert seen["sdr"] == "r1"

    events = await company.call("b", "GET", "/qualification/v1/events", headers=fresh(claimed))
    assert lead not in events.text
    own = await company.call("a", "GET", "/qualification/v1/events", headers=fresh(claimed))
    assert lead in own.text
    measured = await company.call("b", "GET", "/qualification/v1/metrics/speed-to-lead", headers=fresh(claimed))
    assert measured.json()["total"]["first_touch"]["unanswered"] == 0

    met = {"status": "met", "evidence": "said so"}
    bant = {"budget": met, "authority": met, "need": met, "timing": met}
    assert (await company.call("a", "POST", f"{LEADS}/{lead}/bant", bant)).status_code == 200
    assert (await company.call("a", "POST", f"{LEADS}/{lead}/hand-over", {"owner": "r3"})).status_code == 403
    handed = await company.call("a", "POST", f"{LEADS}/{lead}/hand-over", {"owner": "r2"})
    assert handed.status_code == 201, handed.text

    async def deal_is_known() -> bool:
        """Pipeline opens it after the hand-over, and qualification reads its owner there."""
        return await ids(company, "r2", LEADS, handed) == [lead]

    await eventually(deal_is_known)
    assert (await company.call("r2", "GET", f"{LEADS}/{lead}", headers=fresh(handed))).status_code == 200
    assert await ids(company, "b", LEADS, handed) == []
    assert (await company.call("r2", "POST", f"{LEADS}/{lead}/touch")).status_code == 200
    assert (await company.call("b", "GET", f"{LEADS}/{lead}")).status_code == 404


async def test_the_root_sees_the_leads_of_an_sdr_without_a_node_and_nobody_else_does(company: Company) -> None:
    captured = await capture(company, 5)
    lead = captured.json()["lead_id"]
    stranger = await company.owned_key("stranger", ["qualification:write", "leads:read"])
    assert await ids(company, "a", LEADS, captured) == [lead]
    claimed = await company.api.post(f"{LEADS}/{lead}/claim", headers=stranger)
    assert claimed.status_code == 200, claimed.text
    for node, status, seen in (("a", 404, list[str]()), ("company", 200, [lead])):
        assert await ids(company, node, LEADS, claimed) == seen
        assert (await company.call(node, "GET", f"{LEADS}/{lead}")).status_code == status
        events = await company.call(node, "GET", "/qualification/v1/events", headers=fresh(claimed))
        assert (lead in events.text) == bool(seen)
        assert (await company.call(node, "POST", f"{LEADS}/{lead}/touch")).status_code == status


@pytest.mark.thorough
async def test_the_queue_of_a_key_that_belongs_to_an_sdr_has_the_unclaimed_and_the_own(company: Company) -> None:
    first, second, third = [(await capture(company, number)) for number in (4, 5, 6)]
    keys = {name: await company.owned_key(name, ["qualification:write", "leads:read"]) for name in ("sue", "sam")}
    await company.send("GET", LEADS, **fresh(third))
    await company.send("POST", f"{LEADS}/{first.json()['lead_id']}/claim", **keys["sue"])
    claimed = await company.send("POST", f"{LEADS}/{second.json()['lead_id']}/claim", **keys["sam"])
    queue = await company.api.get("/qualification/v1/queue", headers=keys["sue"] | fresh(claimed))
    expected = {first.json()["lead_id"]: "sue", third.json()["lead_id"]: None}
    assert {item["lead_id"]: item["sdr"] for item in queue.json()["items"]} == expected
