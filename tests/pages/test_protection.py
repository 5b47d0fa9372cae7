"""The protection of the pages: headers, writes that must come from them, and text that stays text."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from funnelcast.pages.rendering import static, static_version
from funnelcast.pages.security import POLICY
from tests.pages.site import EUR, FROM_A_PAGE, Site, csrf_of, done, open_deal, place_people, read, text_of

pytestmark = pytest.mark.thorough
WRITES = ("/pages/forecast/override", "/pages/forecast/reset", "/pages/forecast/submit", "/pages/sign-out")
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest_asyncio.fixture
async def browser(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    await place_people(site.api)
    async with site.signed_in() as browser:
        yield browser


async def test_every_answer_has_the_protective_headers(site: Site, browser: httpx.AsyncClient) -> None:
    for path in ("/", "/pages/", "/pages/sign-in", "/pages/forecast", "/pages/none", static("pages.css")):
        answer = await browser.get(path)
        assert answer.headers["content-security-policy"] == POLICY, path
        assert "default-src 'self'" in POLICY
        assert "unsafe" not in POLICY
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        stored = "immutable" in answer.headers["cache-control"]
        assert stored == path.startswith("/pages/static/")
        assert stored or answer.headers["cache-control"] == "no-store"


async def test_a_file_is_kept_only_by_the_address_of_its_version(browser: httpx.AsyncClient) -> None:
    address = static("live.js")
    assert "immutable" in (await browser.get(address)).headers["cache-control"]
    former = await browser.get(address.replace(static_version(), "0" * 16))
    assert (former.status_code, former.headers["cache-control"]) == (200, "no-store")
    assert (await browser.get(address.replace("live.js", "none.js"))).status_code == 404


async def test_no_page_has_a_script_or_a_style_within_or_from_elsewhere(browser: httpx.AsyncClient) -> None:
    for path in ("/pages/forecast", "/pages/deals", "/pages/waterfall"):
        page = (await browser.get(path)).text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick" not in page
        assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
        assert page.count("<script") == page.count('<script type="module" src="/pages/static/')


async def test_a_write_needs_the_token_of_the_session_and_our_own_page(site: Site, browser: httpx.AsyncClient) -> None:
    token = await csrf_of(browser, "/pages/forecast")
    async with site.signed_in(name="other") as other:
        others = await csrf_of(other, "/pages/forecast")
    for path in WRITES:
        for headers, csrf in (
            ({}, token),
            ({"Sec-Fetch-Site": "cross-site"}, token),
            ({"Sec-Fetch-Site": "same-site"}, token),
            ({"Origin": "http://evil.example"}, token),
            ({"Origin": "null"}, token),
            (FROM_A_PAGE, ""),
            (FROM_A_PAGE, others),
        ):
            answer = await browser.post(path, data={"csrf": csrf}, headers=headers)
            assert answer.status_code == 403, (path, headers)
        as_json = await browser.post(path, json={"csrf": token}, headers=FROM_A_PAGE)
        assert as_json.status_code == 415
    assert (await browser.get("/pages/forecast")).status_code == 200


async def test_signing_in_from_another_site_is_refused(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/pages/sign-in", data={"key": "x"}, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403


async def test_a_script_in_a_free_text_is_text(site: Site, browser: httpx.AsyncClient) -> None:
    deal = await open_deal(site.api, "1000.00", "2026-11-30", name=SCRIPT, account=SCRIPT, product=SCRIPT)
    lost = await site.api.post(f"/pipeline/v1/opportunities/{deal}/lose", json={"reason": "no_budget", "note": SCRIPT})
    assert lost.status_code == 200, lost.text
    for path in (f"/pages/deals/{deal}", "/pages/deals?period=2026-Q4&node=ann"):
        page = (await browser.get(path, params={"after": lost.headers["x-position"]})).text
        assert SCRIPT not in page, path
        assert read(page).tags.count("img") == 1, "that of the brand alone"
        if "ann" not in path:
            assert SCRIPT in text_of(page)


async def test_a_script_in_a_name_or_a_note_of_the_forecast_is_text(site: Site, browser: httpx.AsyncClient) -> None:
    amount = {"amount": "100.00", "currency": EUR}
    node = {"name": SCRIPT, "kind": "person", "parent": "bob"}
    await done(site.api, "PUT", "/forecast/v1/org/nodes/ann", node)
    override = {"amount": amount, "note": f"override {SCRIPT}"}
    await done(site.api, "PUT", "/forecast/v1/overrides/ann/2030-Q1/commit?by=manager", override)
    await done(site.api, "PUT", "/forecast/v1/quotas/ann/2026-Q1", {"amount": amount})
    call = {"node": "ann", "period": "2026-Q1", "amounts": {"commit": amount}, "note": f"call {SCRIPT}"}
    applied = (await done(site.api, "POST", "/forecast/v1/submissions", call)).headers["x-position"]
    for path, texts in (
        ("/pages/forecast?period=2030-Q1&node=ann", (SCRIPT, f"override {SCRIPT}")),
        (f"/pages/forecast?period=2026-Q1&node=ann&after={applied}", (SCRIPT,)),
        ("/pages/waterfall?period=2030-Q1&node=ann", (SCRIPT,)),
        ("/pages/accuracy?node=ann", (SCRIPT,)),
        ("/pages/operation", (SCRIPT,)),
    ):
        page = (await browser.get(path)).text
        assert SCRIPT not in page, path
        for text in texts:
            assert text in text_of(page), (path, text)


async def test_what_an_address_says_is_text_too(browser: httpx.AsyncClient) -> None:
    for path in ("/pages/forecast", "/pages/deals", "/pages/waterfall"):
        for name in ("node", "open", "period", "at", "since", "currency", "step", "done", "only", "category"):
            page = (await browser.get(path, params={name: SCRIPT})).text
            assert "<script>alert" not in page, (path, name)
