"""Intake, qualification and pipeline together: from a form to a customer, and what comes back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from services.lead_intake.service import SERVICE as INTAKE
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from tests.running import connected, eventually, fresh, running_services

ADA: dict[str, Any] = {
    "source": "demo_request",
    "person": {"email": "ada@acme.com", "first_name": "Ada", "job_title": "CTO"},
    "company": {"domain": "acme.com", "employees": 250, "country": "DE", "industry": "steel"},
    "details": {"message": "please call", "product": "GTX"},
}
MET = {name: {"status": "met", "evidence": "Ada said so"} for name in ("budget", "authority", "need", "timing")}


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [INTAKE, QUALIFICATION, PIPELINE]) as client:
        yield client


async def done(api: httpx.AsyncClient, path: str, body: Any = None, **more: Any) -> httpx.Response:
    answer = await api.post(path, json={} if body is None else body, **more)
    assert answer.is_success, answer.text
    return answer


async def captured(api: httpx.AsyncClient) -> str:
    """A lead that qualification has heard of."""
    answer = await done(api, "/intake/v1/leads", ADA)
    lead_id = str(answer.json()["lead_id"])
    assert (await look(api, lead_id, fresh(answer)))["lifecycle"] == "mql"
    return lead_id


async def look(api: httpx.AsyncClient, lead_id: str, headers: Any = None) -> dict[str, Any]:
    answer = await api.get(f"/qualification/v1/leads/{lead_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def handed_over(api: httpx.AsyncClient, lead_id: str, **body: Any) -> httpx.Response:
    await done(api, f"/qualification/v1/leads/{lead_id}/bant", MET)
    return await done(api, f"/qualification/v1/leads/{lead_id}/hand-over", {"owner": "ann"} | body)


async def becomes(api: httpx.AsyncClient, lead_id: str, lifecycle: str) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        lead = await look(api, lead_id)
        return lead if lead["lifecycle"] == lifecycle else None

    found = await eventually(there)
    assert isinstance(found, dict)
    return found


async def test_a_form_becomes_a_deal_and_a_customer(api: httpx.AsyncClient) -> None:
    lead_id = await captured(api)
    assert (await look(api, lead_id))["fit"] == {"grade": "A"}
    handed = await handed_over(api, lead_id, name="Acme, 50 seats", amount={"amount": "100", "currency": "EUR"})
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    opened = (await api.get(deal, headers=fresh(handed))).json()
    assert (opened["name"], opened["account"], opened["lead_ids"], opened["source"]) == (
        "Acme, 50 seats",
        "acme.com",
        [lead_id],
        "demo_request",
    )
    await done(api, f"{deal}/qualify")
    await becomes(api, lead_id, "sql")
    await done(api, f"{deal}/win")
    assert (await becomes(api, lead_id, "customer"))["cycles"][0]["outcome"] == "won"
    second = await done(api, "/intake/v1/leads", ADA | {"details": {"product": "MG"}})
    assert (await look(api, lead_id, fresh(second)))["cycle"] == 2


async def test_a_pipeline_that_is_not_there_sends_the_lead_back(api: httpx.AsyncClient) -> None:
    lead_id = await captured(api)
    await handed_over(api, lead_id, pipeline="loans")
    lead = await becomes(api, lead_id, "mql")
    assert lead["refused"] == "there is no pipeline 'loans'"


async def test_a_lead_joins_a_deal_that_is_qualified(api: httpx.AsyncClient) -> None:
    lead_id = await captured(api)
    body = {"name": "Acme", "account": "Acme Corp", "owner": "bob", "motion": "existing_business"}
    opened = await done(api, "/pipeline/v1/opportunities", body | {"stage": "qualified"})
    await done(api, f"/qualification/v1/leads/{lead_id}/bant", MET)
    joining = {"opportunity_id": opened.json()["opportunity_id"]}
    await done(api, f"/qualification/v1/leads/{lead_id}/hand-over", joining, headers=fresh(opened))
    assert (await becomes(api, lead_id, "sql"))["account"] == "Acme Corp"


async def test_an_erased_person_leaves_no_text_anywhere(api: httpx.AsyncClient, database: str) -> None:
    lead_id = await captured(api)
    handed = await handed_over(api, lead_id, name="Ada's 50 seats")
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    assert (await api.get(deal, headers=fresh(handed))).json()["name"] == "Ada's 50 seats"
    person = (await look(api, lead_id))["person_id"]
    erased = await api.delete(f"/intake/v1/people/{person}")
    assert erased.status_code == 202, erased.text
    assert (await look(api, lead_id, fresh(erased)))["bant"]["budget"]["evidence"] is None

    async def nameless() -> bool:
        return (await api.get(deal)).json()["name"] is None

    await eventually(nameless)
    async with connected(database) as engine, engine.connect() as tx:
        for schema in ("intake.vault", "qualification.vault", "pipeline.vault", "exchange.lent"):
            kept = (await tx.execute(text(f"SELECT count(*) FROM {schema}"))).scalar_one()  # noqa: S608
            assert kept == 0, schema
