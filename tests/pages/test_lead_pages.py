"""The queue and the page of a lead: what they show, what can be done there, and who sees which of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from funnelcast.serving.services import SERVICES
from tests.pages.site import Site, done, navigation_of, numbers_of, post, running_site, text_of
from tests.running import eventually

SCRIPT = "<script>alert(1)</script>"
PERSON = {"email": "ada@engines.example", "first_name": SCRIPT, "job_title": "Head of Sales"}
CAPTURE = {
    "source": "demo_request",
    "person": PERSON,
    "company": {"domain": "engines.example", "employees": 250},
    "campaign": {"utm_campaign": SCRIPT},
    "consent": {"status": "granted", "purpose": "sales"},
    "details": {"message": "Call me on Monday"},
}
LEADS = "/qualification/v1/leads"


@pytest_asyncio.fixture
async def leads(database: str) -> AsyncIterator[Site]:
    async with running_site(database, list(SERVICES.values())) as running:
        yield running


async def capture(api: httpx.AsyncClient) -> str:
    """The capture of a lead that is in the queue."""
    lead_id = str((await done(api, "POST", "/intake/v1/leads", CAPTURE)).json()["lead_id"])

    async def queued() -> bool:
        items = (await api.get("/qualification/v1/queue")).json()["items"]
        return lead_id in [item["lead_id"] for item in items]

    await eventually(queued)
    return lead_id


async def get_lead(api: httpx.AsyncClient, lead_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await done(api, "GET", f"{LEADS}/{lead_id}")).json()
    return found


@pytest.mark.thorough  # and in a real browser by test-browser
async def test_an_sdr_works_a_lead_from_the_queue_to_the_hand_over(leads: Site) -> None:
    lead_id = await capture(leads.api)
    page = f"/pages/leads/{lead_id}"
    async with leads.signed_in(name="sdr") as sdr:
        queue = (await sdr.get("/pages/queue")).text
        queued = (await leads.api.get("/qualification/v1/queue")).json()["items"][0]
        assert numbers_of(queue)[f"score-{lead_id}"] == queued["engagement"]["score"]

        claimed = await post(sdr, f"/pages/queue/{lead_id}/claim", {}, "/pages/queue")
        assert claimed.status_code == 303
        assert "Done" in text_of((await sdr.get(claimed.headers["location"])).text)
        assert (await post(sdr, f"/pages/queue/{lead_id}/touch", {}, "/pages/queue")).status_code == 303
        lead = await get_lead(leads.api, lead_id)
        assert (lead["sdr"], lead["touched_at"] is not None) == ("sdr", True)

        etag = (await leads.api.get(f"{LEADS}/{lead_id}")).headers["etag"]
        lacking = await post(sdr, f"{page}/hand-over", {"etag": etag, "owner": "ann"}, page)
        assert lacking.status_code == 409
        assert "budget" in text_of(lacking.text)

        answers = dict.fromkeys(("budget", "authority", "need", "timing"), "met")
        answers |= {f"{name}_evidence": SCRIPT for name in ("budget", "authority", "need", "timing")}
        assert (await post(sdr, f"{page}/bant", {"etag": etag, **answers}, page)).status_code == 303
        assert (await get_lead(leads.api, lead_id))["bant"]["need"]["status"] == "met"
        stale = await post(sdr, f"{page}/reject", {"etag": etag, "reason": "spam"}, page)
        assert stale.status_code == 412

        fields = {"etag": "", "owner": "ann", "amount": "1000.00", "currency": "EUR"}
        handed_over = await post(sdr, f"{page}/hand-over", fields, page)
        assert "Done" in text_of((await sdr.get(handed_over.headers["location"])).text)
        lead = await get_lead(leads.api, lead_id)
        assert lead["lifecycle"] == "srl"
        shown = (await sdr.get(page)).text
        assert SCRIPT not in shown
        assert text_of(shown).count(SCRIPT) >= 2
        assert f"/pages/deals/{lead['opportunity_id']}" in shown


async def test_a_second_claimant_reads_who_was_first(leads: Site) -> None:
    lead_id = await capture(leads.api)
    await done(leads.api, "POST", f"{LEADS}/{lead_id}/claim", {"sdr": "first"})
    async with leads.signed_in(name="second") as second:
        answer = await post(second, f"/pages/queue/{lead_id}/claim", {}, "/pages/queue")
        assert answer.status_code == 409
        assert "claimed by first" in text_of(answer.text)


async def test_the_page_explains_the_score_as_the_api_does(leads: Site) -> None:
    lead_id = await capture(leads.api)
    score = (await leads.api.get(f"{LEADS}/{lead_id}/score")).json()
    async with leads.signed_in() as browser:
        page = (await browser.get(f"/pages/leads/{lead_id}")).text
        assert numbers_of(page)["score"] == score["engagement"]["score"]
        (part,) = score["engagement"]["contributions"]
        assert f"{part['points']} {part['decayed_to']} {part['counted']}" in text_of(page)


async def test_personal_data_and_commands_stand_there_for_those_alone_who_may(leads: Site) -> None:
    lead_id = await capture(leads.api)
    async with leads.signed_in(["leads:read"], name="reader") as reader:
        assert navigation_of((await reader.get("/pages/queue")).text) == ["Queue", "Sources"]
        page = (await reader.get(f"/pages/leads/{lead_id}")).text
        assert "ada@engines.example" not in page
        assert "needs a key with the scope people:read" in text_of(page)
        assert "granted" in text_of(page)
        assert 'method="post" action="/pages/leads' not in page
        refused = await post(reader, f"/pages/queue/{lead_id}/claim", {}, "/pages/queue")
        assert refused.status_code == 403
    async with leads.signed_in(["leads:read", "people:read"], name="looker") as looker:
        assert "ada@engines.example" in (await looker.get(f"/pages/leads/{lead_id}")).text
    async with leads.signed_in(["forecast:write"], name="other") as other:
        assert (await other.get("/pages/queue")).status_code == 403
        assert (await other.get(f"/pages/leads/{lead_id}")).status_code == 403


async def test_an_empty_queue_says_what_happens_next(leads: Site) -> None:
    async with leads.signed_in() as browser:
        assert "No lead waits" in text_of((await browser.get("/pages/queue")).text)
