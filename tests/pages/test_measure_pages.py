"""The pages of measures and the board: the API's numbers, and words where there are too few for one."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from funnelcast.pages.screens import deals, metrics
from shared.rules.clock_and_ids import ClockAndIds
from tests.pages.site import Site, done, navigation_of, numbers_of, open_deal, place_people, post, read, seen, text_of
from tests.running import eventually

SCRIPT = "<script>alert(1)</script>"


def days_from_today(days: int) -> str:
    """Days by the service's clock, which may pass midnight while tests run."""
    return str(ClockAndIds().now().date() + timedelta(days=days))


async def measure(api: httpx.AsyncClient, name: str) -> Any:
    window = {"from": days_from_today(-90), "to": days_from_today(0)}
    return (await done(api, "GET", f"/pipeline/v1/metrics/{name}", params=window)).json()


async def test_the_measures_are_those_of_the_api_and_too_few_are_written_never_drawn(site: Site) -> None:
    await place_people(site.api)
    await open_deal(site.api, "1000.10", days_from_today(5), product=SCRIPT)
    won = await open_deal(site.api, "250.00", days_from_today(5))
    await seen(site.api, await done(site.api, "POST", f"/pipeline/v1/opportunities/{won}/win", {}))
    async with site.signed_in(["pipeline:read"], name="reader") as reader:
        page = (await reader.get("/pages/metrics")).text
        numbers, words = numbers_of(page), text_of(page)
        volume, velocity = await measure(site.api, "pipeline"), await measure(site.api, "velocity")
        still_open = volume["total"]["qualified"]["open"]
        assert numbers["volume"] == str(still_open["count"])
        assert numbers["value-EUR"] == still_open["values"][0]["sum"] == "1000.10"
        assert numbers["cycle"] == velocity["total"]["cycle"]["median_days"]
        assert "win-rate" not in numbers
        assert "Win rate insufficient history 1 of 1 closed deals" in words
        assert "insufficient history: 1 of 1" in words
        assert "Nothing was recorded as spent" in words
        by_product = (await reader.get("/pages/metrics", params={"by": "product"})).text
        assert SCRIPT not in by_product
        assert SCRIPT in text_of(by_product)


async def test_of_very_many_groups_the_first_are_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await place_people(site.api)
    for product in ("first product", "last product"):
        await open_deal(site.api, "1000.10", days_from_today(5), product=product)
    async with site.signed_in(["pipeline:read"], name="reader") as reader:
        assert "The API has every group" not in (await reader.get("/pages/metrics?by=product")).text
        monkeypatch.setattr(metrics, "MOST_GROUPS", 1)
        words = text_of((await reader.get("/pages/metrics?by=product")).text)
        assert "Of 2 groups, each table shows the first 1; totals are of all." in words
        assert ("first product" in words, "last product" in words) == (True, False)


@pytest.mark.parametrize("page", ["metrics", "sources"])
async def test_a_window_is_of_days(site: Site, page: str) -> None:
    async with site.signed_in() as browser:
        for wrong in ({"from": "2026-11-30T10:00Z"}, {"to": "yesterday"}):
            answer = await browser.get(f"/pages/{page}", params=wrong)
            assert answer.status_code == 422, wrong
            assert "must be a day such as 2026-03-02" in text_of(answer.text)


async def test_numbers_of_measures_lead_to_their_deals(site: Site) -> None:
    await place_people(site.api)
    await open_deal(site.api, "1000.10", days_from_today(5))
    async with site.signed_in(["pipeline:read"], name="reader") as reader:
        links = read((await reader.get("/pages/metrics")).text).links
        for wanted, shown in (
            ("set=open", "€1,000.10"),
            ("set=lost", "No deal counts here"),
            ("stage=qualified", "in it still"),
        ):
            page = await reader.get(next(each for each in links if wanted in each))
            assert page.status_code == 200, page.text
            assert shown in text_of(page.text)
        assert (await reader.get("/pages/metrics/deals?of=spend")).status_code == 404
        assert (await reader.get("/pages/metrics/deals?of=opportunities&set=no")).status_code == 422


async def test_a_long_list_of_measured_deals_goes_on_until_its_end(site: Site) -> None:
    await place_people(site.api)
    opened = {await open_deal(site.api, "1000.00", days_from_today(5)) for _ in range(3)}
    today = days_from_today(0)
    path = f"/pages/metrics/deals?of=opportunities&from={today}&to={today}&set=created&limit=2"
    async with site.signed_in() as browser:
        assert [len(page) for page in await pages_from(browser, path, opened)] == [2, 1]
        assert (await browser.get(f"{path}&path=x")).status_code == 422


async def test_a_long_list_of_several_categories_goes_on_until_its_end(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deals, "PAGE", 2)
    await place_people(site.api)
    opened = {await open_deal(site.api, "1000.00", "2030-02-15") for _ in range(4)}
    path = f"/pipeline/v1/opportunities/{min(opened)}/set-category"
    await seen(site.api, await done(site.api, "POST", path, {"category": "omitted"}))
    async with site.signed_in() as browser:
        path = "/pages/deals?period=2030-Q1&category=pipeline,omitted"
        assert [len(page) for page in await pages_from(browser, path, opened)] == [2, 2]


async def pages_from(browser: httpx.AsyncClient, path: str, expected: set[str]) -> list[set[str]]:
    """The deals of each page, from the first to the last."""
    pages, following = list[set[str]](), path
    while following:
        answer = await browser.get(following)
        assert answer.status_code == 200, text_of(answer.text)
        pages.append(set(re.findall(r"/pages/deals/([0-9a-f-]{36})", answer.text)))
        link = re.search(r'href="([^"]+)">The next deals', answer.text)
        following = unescape(link[1]) if link else ""
    assert set.union(*pages) == expected
    return pages


async def test_the_cost_of_an_sql_is_that_of_the_api(site: Site) -> None:
    await spend_on_a_deal(site.api)
    cost = await measure(site.api, "cost-per-sql")
    async with site.signed_in() as browser:
        page = (await browser.get("/pages/metrics")).text
        assert numbers_of(page)["cost-total-EUR"] == cost["total"]["spend"][0]["cost_per_sql"]


async def spend_on_a_deal(api: httpx.AsyncClient) -> None:
    await place_people(api)
    await open_deal(api, "1000.00", days_from_today(5))
    amount = {"amount": "300.00", "currency": "EUR"}
    body = {"from": days_from_today(0), "to": days_from_today(0), "source": None, "kind": "sales", "amount": amount}
    await done(api, "POST", "/pipeline/v1/spend", body)

    async def counted() -> bool:
        return bool((await measure(api, "cost-per-sql"))["total"]["spend"])

    await eventually(counted)


async def test_who_may_not_read_deals_gets_neither_link_nor_page(site: Site) -> None:
    async with site.signed_in(["forecast:read"], name="other") as other:
        assert not {"Metrics", "Board"} & set(navigation_of((await other.get("/pages/forecast")).text))
        for path in ("/pages/metrics", "/pages/board"):
            answer = await other.get(path)
            assert answer.status_code == 403
            assert "lacks the scope pipeline:read" in text_of(answer.text)


async def test_a_deal_moves_on_the_board_and_a_stale_move_is_refused(site: Site) -> None:
    await place_people(site.api)
    late = days_from_today(-3)
    deal = await open_deal(site.api, "1000.10", late, name=SCRIPT)
    path = f"/pipeline/v1/opportunities/{deal}"
    async with site.signed_in() as browser:
        page = (await browser.get("/pages/board")).text
        assert numbers_of(page)[f"amount-{deal}"] == "1000.10"
        assert numbers_of(page)["sum-qualified-EUR"] == "1000.10"
        assert "date is past" in text_of(page)
        assert "€1,000.10 · Ann" in text_of(page)
        assert "0 days in this stage" in text_of(page)
        assert SCRIPT not in page
        assert read(page).fields["version"] == str((await site.api.get(path)).json()["version"])
        fields = {"version": read(page).fields["version"], "move": "advance:negotiation"}
        assert (await post(browser, f"/pages/board/{deal}", fields, "/pages/board")).status_code == 303
        moved = (await site.api.get(path)).json()
        assert (moved["stage"], moved["category"]) == ("negotiation", "commit")
        stale = await post(browser, f"/pages/board/{deal}", fields | {"move": "advance:proposal"}, "/pages/board")
        assert stale.status_code == 412
    async with site.signed_in(["pipeline:read"], name="reader") as reader:
        page = (await reader.get("/pages/board")).text
        assert 'name="move"' not in page
        assert "€1,000.10 · ann" in text_of(page)
        assert (await post(reader, f"/pages/board/{deal}", fields, "/pages/board")).status_code == 403


async def test_an_empty_board_says_what_to_do(site: Site) -> None:
    async with site.signed_in() as browser:
        assert "No open deal" in text_of((await browser.get("/pages/board")).text)
