"""An SDR and a marketing person do their morning's work in a real browser."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from funnelcast.demo.people import OPERATES, READS_LEADS
from funnelcast.serving.services import SCOPES, SERVICES
from tests.browser.people import at_work, check_accessibility
from tests.pages.site import Site, done, open_deal, place_people, running_site
from tests.running import eventually

pytestmark = pytest.mark.browser
CAPTURE = {
    "source": "demo_request",
    "person": {"email": "ada@engines.example", "first_name": "Ada", "last_name": "Byron"},
    "company": {"domain": "engines.example", "employees": 250},
}
FORM = {"source": "newsletter", "fields": {}, "origins": [], "honeypot": "fax"}
POSTED = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
TYPEFORM = {"connector": "typeform", "name": "Assets", "secret": "a-secret-of-typeform"}
BANT = ("budget", "authority", "need", "timing")


@pytest_asyncio.fixture
async def site(chromium: str, database: str) -> AsyncIterator[Site]:
    """All services."""
    async with running_site(database, list(SERVICES.values())) as running:
        yield running


@pytest_asyncio.fixture
async def lead(site: Site) -> str:
    """A lead in the queue. Two posts of a form wait in quarantine, and one was captured."""
    await place_people(site.api)
    await done(site.api, "PUT", "/intake/v1/forms/news", FORM)
    await done(site.api, "POST", "/intake/v1/connections", TYPEFORM)
    for fields in (
        {"email": "bob@a.example"},
        {"email": "c@a.example", "fax": "1"},
        {"email": "d@a.example", "fax": "1"},
    ):
        content = urlencode(fields)
        assert (await site.api.post("/intake/v1/forms/news", content=content, headers=POSTED)).status_code == 200
    lead_id = str((await done(site.api, "POST", "/intake/v1/leads", CAPTURE)).json()["lead_id"])

    async def is_queued() -> bool:
        queue = (await site.api.get("/qualification/v1/queue")).json()["items"]
        waiting = (await site.api.get("/intake/v1/quarantine")).json()["items"]
        return [item["lead_id"] for item in queue] == [lead_id] and len(waiting) == 2

    await eventually(is_queued)
    return lead_id


@pytest.mark.parametrize("with_scripts", [True, False])
async def test_the_sdr_takes_a_lead_from_the_queue_to_the_hand_over(
    browser: Browser, site: Site, address: str, lead: str, with_scripts: bool
) -> None:
    scopes = (*READS_LEADS, "qualification:write")
    async with at_work(browser, site, address, scopes, "mia", java_script_enabled=with_scripts) as sdr:
        page = sdr.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        (queued,) = (await done(site.api, "GET", "/qualification/v1/queue")).json()["items"]
        await expect(page.locator(f"#score-{lead}")).to_have_text(queued["engagement"]["score"])
        await page.get_by_role("button", name="Claim: engines.example").click()
        await expect(page.get_by_role("row", name="engines.example")).to_contain_text("mia")
        await page.get_by_role("button", name="Touched: engines.example").click()
        await expect(page.get_by_role("row", name="engines.example")).to_contain_text("touched")
        await page.get_by_role("link", name="engines.example").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Byron")
        score = (await done(site.api, "GET", f"/qualification/v1/leads/{lead}/score")).json()["engagement"]["score"]
        await expect(page.locator("#score")).to_have_text(score)
        await hand_over(page)
        await expect(page.get_by_role("alert")).to_contain_text("budget")
        for name in BANT:
            await page.locator(f"select[name={name}]").select_option("met")
            await page.get_by_label(f"Evidence of {name}").fill("said so on the phone")
        await page.get_by_role("button", name="Record", exact=True).click()
        await expect(page.get_by_label("Evidence of need")).to_have_value("said so on the phone")
        await hand_over(page)
        await expect(page.get_by_role("link", name="the deal")).to_be_visible()
    assert (await done(site.api, "GET", f"/qualification/v1/leads/{lead}")).json()["lifecycle"] == "srl"


async def hand_over(page: Page) -> None:
    """The form is open where the command was refused."""
    if not await page.get_by_label("Owner").is_visible():
        await page.locator("summary", has_text="Hand over to a rep").click()
    await page.get_by_label("Owner").fill("ann")
    await page.get_by_role("button", name="Hand over to a rep").click()


async def test_marketing_works_off_the_quarantine_and_reads_a_lead(
    browser: Browser, site: Site, address: str, lead: str
) -> None:
    async with at_work(browser, site, address, (*READS_LEADS, "leads:write"), "marketing") as marketing:
        page = marketing.page
        await page.get_by_role("link", name="Sources").click()
        counted = (await done(site.api, "GET", "/intake/v1/metrics/captures")).json()
        await expect(page.locator("#captures")).to_have_text(str(counted["captures"]))
        waiting = page.get_by_role("region", name="Quarantine").get_by_role("row", name="form news")
        await expect(waiting).to_have_count(2)
        await waiting.first.get_by_role("button", name="Release").click()
        await expect(page.get_by_role("status")).to_have_text("Done.")
        await expect(waiting).to_have_count(1)
        await expect(page.locator("#captures")).to_have_text(str(counted["captures"] + 1))
        await waiting.get_by_label("Reason to discard").select_option("spam")
        await waiting.get_by_role("button", name="Discard").click()
        await expect(page.get_by_text("Nothing waits")).to_be_visible()
        form = page.get_by_role("region", name="news", exact=True)
        await expect(form).to_contain_text("discarded")
        await form.get_by_role("link", name="the lead").last.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("bob@a.example")
        await expect(page.get_by_text("What has happened")).to_be_visible()
        await expect(page.locator("ol.events")).to_contain_text("Newsletter")


@pytest.mark.parametrize("mode", ["light", "dark", "narrow"])
async def test_the_accessibility_checker_finds_nothing_on_the_other_pages(
    browser: Browser, site: Site, address: str, lead: str, mode: str
) -> None:
    await open_deal(site.api, "1000.00", "2030-02-15")
    pages = ("queue", f"leads/{lead}", "sources", "sources?by=campaign", "board", "metrics", "accuracy", "operation")
    async with at_work(browser, site, address, SCOPES, "operator") as operator:
        assert set(OPERATES) < set(SCOPES)
        await check_accessibility(browser, operator, address, [f"/pages/{name}" for name in pages], mode)
