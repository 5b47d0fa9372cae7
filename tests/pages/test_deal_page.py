"""The page of a deal: its state, its history in words, and commands on the version that was shown."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.pages.site import EUR, Site, done, fields_of, numbers_of, open_deal, place_people, post, read, text_of


@pytest_asyncio.fixture
async def deal(site: Site) -> str:
    await place_people(site.api)
    return await open_deal(site.api, "1000.00", "2030-02-15")


@pytest_asyncio.fixture
async def browser(site: Site, deal: str) -> AsyncIterator[httpx.AsyncClient]:
    async with site.signed_in() as browser:
        yield browser


async def test_the_page_shows_the_state_and_the_history_in_words(
    site: Site, browser: httpx.AsyncClient, deal: str
) -> None:
    page = (await browser.get(f"/pages/deals/{deal}")).text
    assert numbers_of(page)["amount"] == "1000.00"
    timeline = (await done(site.api, "GET", f"/pipeline/v1/opportunities/{deal}/timeline")).json()["items"]
    assert len(timeline) == 2
    assert "Opened in unqualified from sales, for Ann, worth €1,000.00 by" in text_of(page)
    assert timeline[1]["text"] in text_of(page)
    assert "UTC" in text_of(page)
    assert "Owner Ann Motion" in text_of(page)


async def test_a_command_is_done_and_the_page_includes_it(browser: httpx.AsyncClient, deal: str) -> None:
    path = f"/pages/deals/{deal}"
    etag = fields_of((await browser.get(path)).text)["etag"]
    sent = {"etag": etag, "amount": "1500.00", "currency": EUR}
    moved = await post(browser, f"{path}/set-amount", sent, path)
    assert moved.status_code == 303, moved.text
    page = (await browser.get(moved.headers["location"])).text
    assert numbers_of(page)["amount"] == "1500.00"
    assert "Amount changed from €1,000.00 to €1,500.00" in text_of(page)


async def test_what_the_api_warns_of_stands_on_the_page(browser: httpx.AsyncClient, deal: str) -> None:
    page = f"/pages/deals/{deal}"
    etag = fields_of((await browser.get(page)).text)["etag"]
    given = await post(browser, f"{page}/assign", {"owner": "stranger", "etag": etag}, page)
    assert given.status_code == 303, text_of(given.text)
    shown = text_of((await browser.get(given.headers["location"])).text)
    assert "Done. The owner is not in the organisation." in shown
    assert "Anything" not in text_of((await browser.get(f"{page}?warned=Anything")).text)


async def test_a_stale_page_says_what_changed_meanwhile(site: Site, browser: httpx.AsyncClient, deal: str) -> None:
    path = f"/pages/deals/{deal}"
    etag = fields_of((await browser.get(path)).text)["etag"]
    body = {"close_date": "2030-03-01"}
    await done(site.api, "POST", f"/pipeline/v1/opportunities/{deal}/set-close-date", body)
    late = await post(browser, f"{path}/set-amount", {"etag": etag, "amount": "9.00", "currency": EUR}, path)
    assert late.status_code == 412
    assert "the deal has changed since you opened this page" in text_of(late.text)
    assert "Close date changed from 15 Feb 2030 to 1 Mar 2030 (" in text_of(late.text)
    assert 'value="9.00"' in late.text
    assert numbers_of((await browser.get(path)).text)["amount"] == "1000.00"


async def test_the_page_offers_what_the_state_and_the_key_allow(
    site: Site, browser: httpx.AsyncClient, deal: str
) -> None:
    path = f"/pages/deals/{deal}"
    page = text_of((await browser.get(path)).text)
    assert ("Win" in page, "Qualify" in page, "Reopen" in page) == (True, False, False)
    lost = await post(browser, f"{path}/lose", {"etag": "", "reason": "no_budget", "note": "next year"}, path)
    assert lost.status_code == 303, lost.text
    page = text_of((await browser.get(path)).text)
    assert ("Reopen" in page, "Change the amount" in page, "next year" in page) == (True, False, True)
    async with site.signed_in(["pipeline:read"]) as reader:
        assert "What can be done now" not in (await reader.get(path)).text
        assert (await reader.get("/pages/deals/none")).status_code == 404


async def test_a_refusal_is_in_the_apis_words(browser: httpx.AsyncClient, deal: str) -> None:
    path = f"/pages/deals/{deal}"
    refused = await post(browser, f"{path}/lose", {"etag": "", "reason": "made-up"}, path)
    assert refused.status_code == 422
    assert "reason" in text_of(refused.text)
    unknown = await post(browser, f"{path}/explode", {}, path)
    assert unknown.status_code == 404


async def test_all_forms_carry_the_version_and_the_token(browser: httpx.AsyncClient, deal: str) -> None:
    page = (await browser.get(f"/pages/deals/{deal}")).text
    forms = page.count("<form") - page.count('class="who"')
    assert page.count('name="etag"') == forms
    assert page.count('name="csrf"') == forms + 1
    assert "script" not in read(page).tags
