"""The pages of sources and of accuracy: the API's numbers, and what can be done about what could not be read."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest_asyncio

from funnelcast.pages.screens import SCREENS
from funnelcast.serving.services import SERVICES
from tests.pages.site import (
    Site,
    done,
    fields_of,
    navigation_of,
    numbers_of,
    open_deal,
    place_people,
    post,
    read,
    running_site,
    text_of,
)
from tests.running import eventually

SCRIPT = "<script>alert(1)</script>"
PERSON = {"email": "ada@engines.example"}
CAPTURE = {"source": "newsletter", "person": PERSON, "campaign": {"utm_campaign": SCRIPT}}
CONNECTION = {"connector": "typeform", "name": SCRIPT, "secret": "a-secret-of-typeform", "source": "contact_form"}
FORM = {
    "source": "contact_form",
    "source_detail": SCRIPT,
    "fields": {"mail": "email"},
    "origins": ["https://a.example"],
    "honeypot": "nick",
}
POSTED = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://a.example", "Authorization": ""}


@pytest_asyncio.fixture
async def sources(database: str) -> AsyncIterator[Site]:
    async with running_site(database, list(SERVICES.values())) as running:
        yield running


async def quarantine(api: httpx.AsyncClient, mail: str) -> None:
    """A post that only a machine sends."""
    content = urlencode({"mail": mail, "nick": "bot"})
    answer = await api.post("/intake/v1/forms/contact", content=content, headers=POSTED)
    assert answer.status_code == 200, answer.text


async def waiting(api: httpx.AsyncClient, count: int) -> list[str]:
    async def all_there() -> bool:
        return len((await api.get("/intake/v1/quarantine")).json()["items"]) == count

    await eventually(all_there)
    return [row["quarantine_id"] for row in (await api.get("/intake/v1/quarantine")).json()["items"]]


async def test_captures_are_counted_as_the_api_does_and_the_quarantine_is_worked_off(sources: Site) -> None:
    await done(sources.api, "POST", "/intake/v1/leads", CAPTURE)
    await done(sources.api, "POST", "/intake/v1/connections", CONNECTION)
    await done(sources.api, "PUT", "/intake/v1/forms/contact", FORM)
    await quarantine(sources.api, "one@a.example")
    await quarantine(sources.api, "two@a.example")
    first, second = await waiting(sources.api, 2)
    async with sources.signed_in() as marketing:
        page = (await marketing.get("/pages/sources")).text
        counted = (await done(sources.api, "GET", "/intake/v1/metrics/captures")).json()
        assert numbers_of(page)["captures"] == str(counted["captures"])
        assert numbers_of(page)["captures-newsletter"] == str(counted["groups"][0]["captures"])
        by_campaign = (await marketing.get("/pages/sources", params={"by": "campaign"})).text
        for each in (page, by_campaign):
            assert SCRIPT not in each
            assert SCRIPT in text_of(each)
        path = "/pages/sources/quarantine"
        wrong = await post(marketing, f"{path}/{first}/discard", {"reason": "boredom"}, "/pages/sources")
        assert wrong.status_code == 422
        assert "reason" in text_of(wrong.text)
        assert (await post(marketing, f"{path}/{first}/release", {}, "/pages/sources")).status_code == 303
        dropped = await post(marketing, f"{path}/{second}/discard", {"reason": "spam"}, "/pages/sources")
        assert dropped.status_code == 303
        assert await waiting(sources.api, 0) == []
        assert "Nothing waits" in text_of((await marketing.get(dropped.headers["location"])).text)


async def test_sources_show_and_offer_what_the_key_allows(sources: Site) -> None:
    await done(sources.api, "PUT", "/intake/v1/forms/contact", FORM)
    await quarantine(sources.api, "one@a.example")
    (waits,) = await waiting(sources.api, 1)
    async with sources.signed_in(["leads:read"], name="reader") as reader:
        page = (await reader.get("/pages/sources")).text
        assert "Sources" in navigation_of(page)
        assert "contact" in text_of(page)
        assert "/pages/sources/quarantine" not in page
        assert "/intake/v1/webhooks/" not in page
        assert not {"SRL", "Won"} & set(text_of(page).split())
        refused = await post(reader, f"/pages/sources/quarantine/{waits}/release", {}, "/pages/sources")
        assert refused.status_code == 403
    async with sources.signed_in(["leads:read", "leads:write"], name="marketing") as marketing:
        page = (await marketing.get("/pages/sources")).text
        assert f"/pages/sources/quarantine/{waits}/discard" in page
        assert f"contact Contact form, {SCRIPT}, to /intake/v1/forms/contact" in text_of(page)
        assert SCRIPT not in page
        assert "quarantined suspicious: a field was filled that people do not see" in text_of(page)
    async with sources.signed_in(["forecast:read"], name="other") as other:
        assert (await other.get("/pages/sources")).status_code == 403
        assert "Sources" not in navigation_of((await other.get("/pages/forecast")).text)


async def test_accuracy_has_the_numbers_of_the_api_and_says_what_is_missing(site: Site) -> None:
    await place_people(site.api)
    await open_deal(site.api, "1000.00", "2026-11-30")
    async with site.signed_in(["forecast:read"], name="vp") as vp:
        page = (await vp.get("/pages/accuracy", params={"depth": "2"})).text
        answer = (await done(site.api, "GET", "/forecast/v1/accuracy", params={"depth": 2})).json()
        shown = {name: value for name, value in numbers_of(page).items() if name.startswith("actual-")}
        assert shown == {
            f"actual-{node['node_id']}-{period['period']}": period["actual"]
            for node in answer["nodes"]
            for period in node["periods"]
        }
        assert len(shown) > 4
        assert text_of(page).count("missing") == len(shown)
        assert "Nobody has submitted a call" in text_of(page)
        assert "csrf" in fields_of(page)
        assert read(page).tags.count("table") == 2
    async with site.signed_in(["pipeline:read"], name="other") as other:
        assert (await other.get("/pages/accuracy")).status_code == 403


async def test_no_page_has_a_script_or_a_style_within_or_from_elsewhere(sources: Site) -> None:
    await done(sources.api, "POST", "/intake/v1/leads", CAPTURE)
    await place_people(sources.api)
    await open_deal(sources.api, "1000.00", "2026-11-30")
    async with sources.signed_in() as browser:
        for screen in SCREENS:
            if screen.title:
                answer = await browser.get(screen.address)
                assert answer.status_code == 200, screen.address
                page = answer.text.replace("http://www.w3.org/2000/svg", "")
                assert page.count("<script") == page.count('<script type="module" src="/pages/static/')
                assert " style=" not in page
                assert "<style" not in page
                assert " onclick" not in page
