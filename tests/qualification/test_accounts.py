"""Accounts: graded by what is known of the company, with their leads, prospects, engagement, deals and wins."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.lead.fields import Profile
from services.qualification.projections import accounts
from services.qualification.upstream import intake
from tests.qualification.leads import ENGAGED, engagement
from tests.qualification.neighbours import stored
from tests.qualification.test_projections import recorded
from tests.qualification.world import World
from tests.running import connected

STEEL = Profile(domain="acme.com", industry="steel", employees=250)
PROSPECT: dict[str, Any] = {
    "person_id": "p1",
    "company": {"domain": "www.acme.com", "country": "DE", "industry": None, "employees": None},
    "email_domain": None,
    "role_class": "executive",
}


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(accounts.PROJECTION.tables.create_all)
        yield tx


async def prospect(tx: AsyncConnection, kind: str, data: dict[str, Any]) -> None:
    event = intake.PARSE(stored(1, "prospect-q1", kind, data))
    assert event is not None
    await accounts.apply_prospects(tx, [event])


async def test_an_account_has_what_was_submitted_last_of_its_company(tx: AsyncConnection) -> None:
    steel = ENGAGED.model_copy(update={"engagement": engagement("webinar", profile=STEEL)})
    silent = ENGAGED.model_copy(update={"engagement": engagement("webinar", profile=Profile(employees=300))})
    await accounts.apply_leads(tx, recorded("a", steel, silent))
    await prospect(tx, "prospect.recorded", PROSPECT)
    row = await accounts.find_account(tx, "acme.com")
    assert row == {
        "account": "acme.com",
        "industry": "steel",
        "country": "DE",
        "employees": 300,
        "has_prospects": True,
    }
    assert await accounts.find(tx, None, 10) == [row]
    (known,) = await accounts.prospects_of(tx, "acme.com")
    assert (known["prospect_id"], known["person_id"], known["role"]) == ("q1", "p1", "executive")


async def test_an_erased_prospect_is_one_no_longer(tx: AsyncConnection) -> None:
    await prospect(tx, "prospect.recorded", PROSPECT)
    await prospect(tx, "person.erased", {"lead_ids": [], "prospect_ids": ["q1"]})
    assert await accounts.prospects_of(tx, "acme.com") == []


async def test_an_account_is_shown_with_all_that_happened_there(world: World) -> None:
    company = {"name": None, "domain": "acme.com", "country": "DE", "industry": "steel", "employees": 250}
    await world.lead("x", "webinar", company=company)
    won = await world.deal("d1", "opportunity.stage_changed", outcome="won")
    opened = await world.deal("d2", "opportunity.opened")
    answer = await world.api.get("accounts/www.acme.com", headers=opened)
    found = answer.json()
    assert (found["account"], [lead["lead_id"] for lead in found["leads"]]) == ("acme.com", ["x"])
    assert (found["open_deals"], found["wins"], found["engagements_90_days"]) == (["d2"], ["d1"], 1)
    assert found["fit"]["grade"] in ("A", "B", "C", "D")
    assert found["prospect"] is (found["fit"]["grade"] in ("A", "B"))
    assert (await world.api.get("accounts/nobody.example")).status_code == 404
    assert won["X-Min-Position"]


async def test_accounts_are_listed_by_whether_they_are_prospects(world: World) -> None:
    headers: dict[str, str] = {}
    for number in range(3):
        recorded_there = PROSPECT | {"company": PROSPECT["company"] | {"domain": f"p{number}.example"}}
        headers = await world.neighbours.intake.publish(f"prospect-{number}", "prospect.recorded", recorded_there)
    first = (await world.api.get("accounts", params={"prospect": True, "limit": 2}, headers=headers)).json()
    rest = (await world.api.get("accounts", params={"prospect": True, "limit": 2, "after": first["next"]})).json()
    assert [row["account"] for row in first["items"] + rest["items"]] == ["p0.example", "p1.example", "p2.example"]
    assert (await world.api.get("accounts?prospect=false")).json() == {"items": [], "next": None}
