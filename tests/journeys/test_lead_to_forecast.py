"""The ordinary week of each kind of user, over HTTP."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from shared.rules.clock_and_ids import ClockAndIds
from tests.running import eventually, fresh, post_until_answered

ADA = {"email": "Ada.Lovelace@Engines.example", "first_name": "Ada", "job_title": "Head of Sales"}
DEMO = {
    "source": "demo_request",
    "person": ADA,
    "company": {"domain": "engines.example", "employees": 250},
    "details": {"message": "Call me on Monday"},
}
MET = {"status": "met", "evidence": "said so on the phone"}
BANT = {"budget": MET, "authority": MET, "need": MET, "timing": MET}


async def send(api: httpx.AsyncClient, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    answer = await api.request(method, path, json=body, headers=headers)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


async def make_org(api: httpx.AsyncClient) -> None:
    for node, kind, parent in (("company", "unit", None), ("central", "unit", "company"), ("ann", "person", "central")):
        body = {"name": node.title(), "kind": kind, "parent": parent}
        await send(api, "PUT", f"/forecast/v1/org/nodes/{node}", body)


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


async def rollup(api: httpx.AsyncClient, node: str, after: httpx.Response, **asked: str) -> dict[str, Any]:
    answer = await api.get("/forecast/v1/rollup", params={"node": node} | asked, headers=fresh(after))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_lead_goes_all_the_way_to_the_number_the_board_sees(api: httpx.AsyncClient) -> None:
    today = ClockAndIds().now().date()
    await make_org(api)
    lead = await send(api, "POST", "/intake/v1/leads", DEMO)
    lead_id = lead.json()["lead_id"]

    known = await api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(lead))
    assert known.json()["lifecycle"] == "mql"
    queued = await api.get("/qualification/v1/queue", headers=fresh(lead))
    assert lead_id in [item["lead_id"] for item in queued.json()["items"]]

    await send(api, "POST", f"/qualification/v1/leads/{lead_id}/bant", BANT)
    body = {"owner": "ann", "name": "Engines, 25 seats", "amount": {"amount": "1000.00", "currency": "EUR"}}
    handed = await send(
        api, "POST", f"/qualification/v1/leads/{lead_id}/hand-over", body | {"close_date": today.isoformat()}
    )
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"

    opened = (await api.get(deal, headers=fresh(handed))).json()
    assert (opened["stage"], opened["name"], opened["lead_ids"]) == ("unqualified", "Engines, 25 seats", [lead_id])
    assert opened["source"] == "demo_request"

    await send(api, "POST", f"{deal}/qualify")
    await send(api, "POST", f"{deal}/advance", {"to_stage": "proposal"})
    committed = await send(api, "POST", f"{deal}/set-category", {"category": "commit"})
    for node in ("company", "central", "ann"):
        found = await rollup(api, node, committed, period=quarter_of(today))
        assert found["node"]["pure"]["commit"] == "1000.00"
        assert found["node"]["counts"]["commit"] == 1
        assert found["final"] is True

    won = await send(api, "POST", f"{deal}/win", {"amount": {"amount": "950.00", "currency": "EUR"}})
    found = await rollup(api, "company", won, period=quarter_of(today), view="cumulative")
    assert found["node"]["pure"] == {
        "closed": "950.00",
        "commit": "950.00",
        "upside": "950.00",
        "pipeline": "950.00",
        "open": "0.00",
    }
    known = await api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(won))
    assert known.json()["lifecycle"] == "customer"


async def test_a_hand_over_that_pipeline_refuses_brings_the_lead_back(api: httpx.AsyncClient) -> None:
    lead = await send(api, "POST", "/intake/v1/leads", DEMO)
    place = f"/qualification/v1/leads/{lead.json()['lead_id']}"
    await send(api, "POST", f"{place}/bant", BANT, **fresh(lead))
    await send(api, "POST", f"{place}/hand-over", {"owner": "ann", "pipeline": "loans"})

    async def back() -> httpx.Response | None:
        answer = await api.get(place)
        return answer if answer.json()["lifecycle"] == "mql" else None

    queue = (await api.get("/qualification/v1/queue", headers=fresh(await eventually(back)))).json()["items"]
    assert "there is no pipeline 'loans'" in str(queue)


async def test_a_person_who_is_erased_is_found_nowhere_and_the_numbers_stay(api: httpx.AsyncClient) -> None:
    lead = await send(api, "POST", "/intake/v1/leads", DEMO)
    lead_id, person_id = lead.json()["lead_id"], lead.json()["person_id"]
    place = f"/qualification/v1/leads/{lead_id}"
    await send(api, "POST", f"{place}/bant", BANT, **fresh(lead))
    amount = {"amount": "70.00", "currency": "EUR"}
    body = {"owner": "ann", "name": "Lovelace renewal", "amount": amount, "close_date": "2030-01-31"}
    handed = await send(api, "POST", f"{place}/hand-over", body)
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    assert (await api.get(deal, headers=fresh(handed))).json()["name"] == "Lovelace renewal"

    assert (await api.delete(f"/intake/v1/people/{person_id}")).status_code == 202

    async def forgotten() -> bool:
        return (await api.get(deal)).json()["name"] is None

    await eventually(forgotten)
    for path in (f"/intake/v1/leads/{lead_id}", place, deal):
        text = (await api.get(path)).text
        assert "ovelace" not in text
        assert "on the phone" not in text
    assert (await api.get(deal)).json()["amount"] == amount
    again = await send(api, "POST", "/intake/v1/leads", DEMO)
    assert again.json()["lead_id"] != lead_id


async def test_deals_without_a_lead_reach_the_forecast_whoever_owns_them(api: httpx.AsyncClient) -> None:
    deal = {
        "name": "Acme",
        "account": "acme.example",
        "owner": "nobody",
        "motion": "existing_business",
        "amount": {"amount": "10.00", "currency": "EUR"},
        "close_date": "2031-05-05",
        "stage": "negotiation",
    }
    posted = await asyncio.gather(*(send(api, "POST", "/pipeline/v1/opportunities", deal) for _ in range(20)))
    last = max(posted, key=lambda answer: int(answer.json()["position"]))
    body = (await api.get("/forecast/v1/rollup", params={"period": "2031-Q2"}, headers=fresh(last))).json()
    assert body["node"]["pure"]["commit"] == "200.00"
    assert "owner_unassigned" in [warning["code"] for warning in body["warnings"]]
    await make_org(api)
    placed = await send(
        api, "PUT", "/forecast/v1/org/nodes/nobody", {"name": "N.", "kind": "person", "parent": "central"}
    )
    body = await rollup(api, "central", placed, period="2031-Q2")
    assert body["node"]["pure"]["commit"] == "200.00"


@pytest.mark.thorough
async def test_a_thousand_repeats_of_one_click_are_one_lead(api: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "one click"}
    limit = asyncio.Semaphore(100)

    async def click() -> httpx.Response:
        async with limit:
            return await post_until_answered(api, "/intake/v1/leads", DEMO, **key)

    answers = await asyncio.gather(*(click() for _ in range(1000)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    lead_id = answers[0].json()["lead_id"]
    known = await api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(answers[0]))
    assert known.json()["lifecycle"] == "mql"
    assert len((await api.get(f"/intake/v1/leads/{lead_id}")).json()["captures"]) == 1
