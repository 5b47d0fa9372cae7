"""A handful of events in all services, and what they add up to. Nobody in it is real."""

from typing import Any

import httpx

from tests.running import fresh

MET = {"status": "met", "evidence": "said so"}
QUESTIONS = ("budget", "authority", "need", "timing")
ORG = (("company", "unit", None), ("north", "unit", "company"), ("ann", "person", "north"), ("bob", "person", "north"))
QUARTER = "2026-Q4"


async def live(api: httpx.AsyncClient) -> None:
    for node, kind, parent in ORG:
        await send(api, "PUT", f"/forecast/v1/org/nodes/{node}", {"name": node.title(), "kind": kind, "parent": parent})
    leads = [await send(api, "POST", "/intake/v1/leads", captured(number)) for number in range(1, 6)]
    webinar = {"webinar_id": "basics", "attended": True, "minutes": 30, "questions": ["How much?"]}
    again = captured(1) | {"source": "webinar", "external_id": "site:again", "details": webinar}
    last = await send(api, "POST", "/intake/v1/leads", again)
    (await api.get("/qualification/v1/leads", headers=fresh(last))).raise_for_status()
    deals = [await handed_over(api, number, lead.json()["lead_id"]) for number, lead in enumerate(leads[:3])]
    later = {"reason": "bad_timing", "revisit_on": "2027-03-01", "note": "after summer"}
    await send(api, "POST", f"/qualification/v1/leads/{leads[3].json()['lead_id']}/nurture", later)
    await sold(api, deals)
    gone = await send(api, "DELETE", f"/intake/v1/people/{leads[4].json()['person_id']}")
    (await api.get("/qualification/v1/leads", headers=fresh(gone))).raise_for_status()


def captured(number: int) -> dict[str, Any]:
    return {
        "source": "demo_request",
        "person": {"email": f"person{number}@example.com", "job_title": "Head of Sales"},
        "company": {"domain": f"company{number}.example.com", "employees": 250},
        "external_id": f"site:{number}",
    }


async def handed_over(api: httpx.AsyncClient, number: int, lead_id: str) -> str:
    """The path of its deal."""
    lead = f"/qualification/v1/leads/{lead_id}"
    await send(api, "POST", f"{lead}/claim", {"sdr": "sam"})
    await send(api, "POST", f"{lead}/bant", dict.fromkeys(QUESTIONS, MET))
    amount = {"amount": f"{number + 1}000.00", "currency": "EUR"}
    asked = {"owner": "ann" if number else "bob", "name": f"Seats {number}", "amount": amount}
    handed = await send(api, "POST", f"{lead}/hand-over", asked | {"close_date": "2026-12-15"})
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    (await api.get(deal, headers=fresh(handed))).raise_for_status()
    return deal


async def sold(api: httpx.AsyncClient, deals: list[str]) -> None:
    for deal in deals:
        await send(api, "POST", f"{deal}/qualify", {})
    await send(api, "POST", f"{deals[0]}/advance", {"to_stage": "negotiation"})
    await send(api, "POST", f"{deals[0]}/win", {"close_date": "2026-11-20"})
    await send(api, "POST", f"{deals[1]}/advance", {"to_stage": "proposal"})
    await send(api, "POST", f"{deals[2]}/recycle", {"reason": "no_budget"})
    more = {"name": "More", "account": "initech.example.com", "owner": "ann", "motion": "existing_business"}
    priced = {"amount": {"amount": "500.50", "currency": "EUR"}, "close_date": "2026-11-30", "external_id": "crm:1"}
    await send(api, "POST", "/pipeline/v1/opportunities", more | priced)


async def send(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> httpx.Response:
    answer = await api.request(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


async def numbers(api: httpx.AsyncClient) -> dict[str, Any]:
    """The numbers when all services have applied all events."""
    heads = {name: (await read(api, f"/{name}/v1/events?limit=1"))["head"] for name in ("qualification", "pipeline")}
    organisation = (await read(api, "/forecast/v1/events?limit=1"))["head"]
    fresh = {"X-Min-Position": f"pipeline:{heads['pipeline']},forecast:{organisation}", "Prefer": "wait=30"}
    answer = await api.get("/forecast/v1/rollup", params={"period": QUARTER, "depth": 3}, headers=fresh)
    leads = (await read(api, "/qualification/v1/leads"))["items"]
    deals = (await read(api, "/pipeline/v1/opportunities"))["items"]
    return {
        "heads": heads,
        "rollup": pure(answer.raise_for_status().json()["node"]),
        "leads": {lead["external_id"]: lead["lifecycle"] for lead in leads},
        "deals": {deal["name"]: [deal["stage"], deal["outcome"], deal["amount"]] for deal in deals},
    }


async def read(api: httpx.AsyncClient, path: str) -> Any:
    return (await api.get(path)).raise_for_status().json()


def pure(node: dict[str, Any]) -> dict[str, Any]:
    below = [pure(child) for child in node["children"]]
    return {node["node_id"]: node["pure"]} | {name: amounts for one in below for name, amounts in one.items()}
