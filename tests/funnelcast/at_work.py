"""The real services, with a short life behind them, or used all the time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from funnelcast.serving.services import SERVICES
from tests.running import fresh, running_services

MET = {"status": "met", "evidence": "said so on the phone"}
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
LISTS = {"pipeline": "/pipeline/v1/opportunities", "forecast": "/forecast/v1/rollup", "intake": "/intake/v1/leads"}


async def fill_store(url: str) -> None:
    async with running_services(url, list(SERVICES.values())) as api:
        await use_once(api)
        await lock_week(api)


async def use_once(api: httpx.AsyncClient) -> None:
    """A lead becomes a won deal; another person is erased."""
    await send(api, "PUT", "/forecast/v1/org/nodes/ann", {"name": "Ann", "kind": "person", "parent": None})
    lead = await send(api, "POST", "/intake/v1/leads", lead_body("ada@engines.example"))
    lead_id = lead.json()["lead_id"]
    (await api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(lead))).raise_for_status()
    bant = dict.fromkeys(("budget", "authority", "need", "timing"), MET)
    await send(api, "POST", f"/qualification/v1/leads/{lead_id}/bant", bant)
    asked = {"owner": "ann", "name": "Ten seats", "amount": {"amount": "1000.00", "currency": "EUR"}}
    handed = await send(api, "POST", f"/qualification/v1/leads/{lead_id}/hand-over", asked)
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    (await api.get(deal, headers=fresh(handed))).raise_for_status()
    await send(api, "POST", f"{deal}/qualify", {})
    won = await send(api, "POST", f"{deal}/win", {})
    other = await send(api, "POST", "/intake/v1/leads", lead_body("bob@engines.example"))
    gone = await send(api, "DELETE", f"/intake/v1/people/{other.json()['person_id']}")
    for path, after in (("/forecast/v1/rollup", won), ("/qualification/v1/leads", gone)):
        (await api.get(path, headers=fresh(after))).raise_for_status()


async def lock_week(api: httpx.AsyncClient) -> None:
    """The present one, of the whole organisation."""
    period = (await api.get("/forecast/v1/rollup")).json()["period"]["key"]
    call = {"node": "ann", "period": period, "amounts": {"commit": {"amount": "1.00", "currency": "EUR"}}}
    week = (await send(api, "POST", "/forecast/v1/submissions", call)).json()["week"]
    lock = await send(api, "POST", "/forecast/v1/snapshots", {"node": "ann", "period": period, "week": week})
    (await api.get("/forecast/v1/rollup", headers=fresh(lock))).raise_for_status()


def lead_body(email: str) -> dict[str, Any]:
    company = {"domain": "engines.example", "employees": 250}
    return {"source": "demo_request", "person": {"email": email}, "company": company}


async def send(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> httpx.Response:
    answer = await api.request(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


@asynccontextmanager
async def constant_use(api: httpx.AsyncClient) -> AsyncIterator[list[int]]:
    """Writes and reads all the time; each must succeed, and each read finds what was written before."""
    answers: list[int] = []

    async def use() -> None:
        while True:
            opened = await api.post("/pipeline/v1/opportunities", json=DEAL)
            lead = await api.post("/intake/v1/leads", json=lead_body(f"person{len(answers)}@engines.example"))
            for service, after in (("pipeline", opened), ("forecast", opened), ("intake", lead)):
                answer = await api.get(LISTS[service], headers=fresh(after))
                assert (answer.status_code, service) == (200, service), answer.text
            answers.append(opened.status_code)

    using = asyncio.ensure_future(use())
    yield answers
    done, _ = await asyncio.wait([using], timeout=0.1)
    assert [one.exception() for one in done] == []
    using.cancel()
    await asyncio.wait([using])


async def has_more_than(answers: Sequence[int], count: int) -> bool:
    return len(answers) > count
