"""Signing in and out: what the cookie is, who is let in, and what stands in nobody's way."""

from html import escape

import httpx
from sqlalchemy import text

from shared.web.callers.access import keys
from tests.pages.site import FROM_A_PAGE, Site, csrf_of, navigation_of, sign_in, text_of
from tests.running import connected, make_key


async def test_a_pasted_key_becomes_a_session_in_a_cookie_of_the_pages_alone(site: Site) -> None:
    key = await make_key(site.database, ["forecast:read"])
    async with site.browser() as browser:
        answer = await sign_in(browser, key)
        assert (answer.status_code, answer.headers["location"]) == (303, "/pages/")
        cookie = answer.headers["set-cookie"]
        assert key not in cookie
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/pages", "max-age=43200"} <= parts
        assert "secure" not in parts
        page = await browser.get("/pages/forecast")
        assert page.status_code == 200
        assert key not in page.text


async def test_outside_of_this_machine_the_cookie_is_sent_over_tls_alone(site: Site) -> None:
    key = await make_key(site.database, ["forecast:read"])
    async with site.browser("http://crm.example.com", "203.0.113.9") as browser:
        answer = await sign_in(browser, key)
        assert "Secure" in answer.headers["set-cookie"]


async def test_a_wrong_key_is_refused_in_words_and_starts_nothing(site: Site) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, "fc_nobody-has-this")
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert "not valid" in text_of(answer.text)


async def test_a_forged_or_an_old_cookie_is_a_page_to_sign_in(site: Site) -> None:
    key = await make_key(site.database)
    for value in ("fs_" + "x" * 43, "rubbish", key):
        async with site.browser() as browser:
            browser.cookies.set("funnelcast_session", value, path="/pages")
            answer = await browser.get("/pages/forecast")
            assert answer.status_code == 401, value
            assert "Sign in" in answer.text
            assert 'funnelcast_session=""' in answer.headers["set-cookie"]


async def test_who_signs_in_comes_to_the_page_that_was_asked_for_and_to_no_other_host(site: Site) -> None:
    key, asked = await make_key(site.database, ["forecast:read"]), "/pages/forecast?period=2026-Q1&node=a"
    async with site.browser() as browser:
        assert f'name="back" value="{escape(asked)}"' in (await browser.get(asked)).text
        sent = await browser.post("/pages/forecast/reset", data={"node": "a"}, headers=FROM_A_PAGE)
        assert (sent.status_code, 'name="back"' in sent.text) == (401, False), "nothing is shown at that address"
        wrong = await browser.post("/pages/sign-in", data={"key": "x", "back": asked}, headers=FROM_A_PAGE)
        assert f'name="back" value="{escape(asked)}"' in wrong.text
        elsewhere = (
            "",
            "https://evil.example/pages/",
            "//evil.example/pages/",
            "/\\evil.example",
            "javascript:alert(1)",
        )
        for back, shown in ((asked, asked), *((each, "/pages/") for each in elsewhere)):
            answer = await browser.post("/pages/sign-in", data={"key": key, "back": back}, headers=FROM_A_PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, shown)
        split = await browser.post(
            "/pages/sign-in", data={"key": key, "back": "/pages/\r\nX-Evil: 1"}, headers=FROM_A_PAGE
        )
        assert "x-evil" not in split.headers


async def test_signing_out_ends_the_session_for_everybody_who_has_the_cookie(site: Site) -> None:
    async with site.signed_in() as browser, site.browser() as copy:
        copy.cookies = httpx.Cookies(browser.cookies)
        token = await csrf_of(browser, "/pages/forecast")
        answer = await browser.post("/pages/sign-out", data={"csrf": token}, headers=FROM_A_PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/pages/sign-in")
        async with connected(site.database) as engine, engine.connect() as tx:
            assert (await tx.execute(text("SELECT count(*) FROM access.sessions"))).scalar_one() == 0
        assert (await browser.get("/pages/forecast")).status_code == 401


async def test_a_link_signs_in_once_and_from_this_machine_alone(site: Site) -> None:
    key = await make_key(site.database, ["forecast:read"])
    used, kept = (f"/pages/enter/{site.links.make(key)}" for _ in range(2))
    async with site.browser() as browser:
        assert (await browser.get(used)).status_code == 303
        assert (await browser.get("/pages/forecast")).status_code == 200
    async with site.browser() as again:
        assert (await again.get(used)).status_code == 401
    async with site.browser("http://crm.example.com") as elsewhere:
        assert (await elsewhere.get(kept)).status_code == 401
    async with site.browser(client="203.0.113.9") as elsewhere:
        assert (await elsewhere.get(kept)).status_code == 401
    async with site.browser() as browser:
        assert (await browser.get(kept)).status_code == 303


async def test_the_navigation_shows_what_the_key_may_see(site: Site) -> None:
    async with site.signed_in(["forecast:read"]) as browser:
        page = (await browser.get("/pages/forecast")).text
        assert {"Forecast", "Waterfall"} <= set(navigation_of(page))
        assert "/pages/forecast/override" not in page
    async with site.signed_in(["leads:read"]) as marketing:
        assert (await marketing.get("/pages/")).headers["location"] == "/pages/sources"
    async with site.signed_in(["leads:read", "qualification:write"]) as sdr:
        assert (await sdr.get("/pages/")).headers["location"] == "/pages/queue"
    async with site.signed_in(["leads:write"]) as browser:
        answer = await browser.get("/pages/forecast")
        assert answer.status_code == 403
        assert "lacks the scope forecast:read" in text_of(answer.text)
        assert "Nothing to show" in (await browser.get("/pages/")).text


async def test_a_session_ends_with_its_key(site: Site) -> None:
    async with site.signed_in(name="leaver") as browser:
        async with connected(site.database) as engine, engine.begin() as tx:
            await tx.execute(keys.update().where(keys.c.name == "leaver").values(revoked_at=text("now()")))
        site.apps["forecast"].state.context.access.known.entries.clear()
        assert (await browser.get("/pages/forecast")).status_code == 401
