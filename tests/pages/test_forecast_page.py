"""The forecast page: each number is the API's, the tree opens by links, overrides and calls are made in place."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from tests.pages.site import EUR, Site, done, numbers_of, open_deal, place_people, post, read, seen, text_of

PERIOD = "2030-Q1"
FORECAST = f"/pages/forecast?period={PERIOD}"
OVERRIDE = {"node": "ann", "period": PERIOD, "column": "commit", "currency": EUR, "by": "manager"}


@pytest_asyncio.fixture
async def deal(site: Site) -> str:
    await place_people(site.api)
    await done(site.api, "PUT", f"/forecast/v1/quotas/ann/{PERIOD}", {"amount": {"amount": "5000", "currency": EUR}})
    return await open_deal(site.api, "1234.50", "2030-02-15")


@pytest_asyncio.fixture
async def browser(site: Site, deal: str) -> AsyncIterator[httpx.AsyncClient]:
    async with site.signed_in() as browser:
        yield browser


async def rollup(site: Site, **question: Any) -> dict[str, Any]:
    answer = await done(site.api, "GET", "/forecast/v1/rollup", params={"period": PERIOD, **question})
    return dict(answer.json())


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


async def test_each_number_of_the_tree_is_the_apis(site: Site, browser: httpx.AsyncClient) -> None:
    for view, columns in (("single", 4), ("cumulative", 5)):
        page = (await browser.get(f"{FORECAST}&open=north,bob&view={view}")).text
        shown = {name: value for name, value in numbers_of(page).items() if name.startswith("n-")}
        top = (await rollup(site, depth=3, view=view))["node"]
        expected = {
            f"n-{node['node_id']}-{column}": value
            for node in nodes_of(top)
            for column, value in node["seen_by_self"].items()
            if column != "omitted"
        }
        assert shown == expected
        assert len(shown) == 4 * columns
        assert "€1,234.50" in text_of(page)


async def test_amounts_are_written_by_the_readers_locale(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(FORECAST, headers={"Accept-Language": "de-AT;q=0.9"})).text
    assert "€ 1.234,50" in text_of(page).replace("\xa0", " ")


async def test_the_tree_opens_and_closes_by_links(browser: httpx.AsyncClient) -> None:
    closed = (await browser.get(FORECAST)).text
    assert "row-bob" not in closed
    link = next(each for each in read(closed).links if "open=north" in each)
    opened = (await browser.get(link.partition("#")[0])).text
    assert 'id="row-bob"' in opened
    assert 'aria-expanded="true"' in opened


async def test_a_node_that_was_opened_and_is_not_there_leaves_the_tree_as_it_is(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{FORECAST}&open=gone,north,north")
    assert page.status_code == 200, text_of(page.text)
    assert 'id="row-bob"' in page.text


async def test_an_override_is_made_shown_and_reset_in_place(site: Site, browser: httpx.AsyncClient) -> None:
    page = f"{FORECAST}&node=ann"
    fields = {
        "node": "ann",
        "period": PERIOD,
        "column": "commit",
        "amount": "2000.00",
        "currency": EUR,
        "by": "manager",
    }
    made = await post(
        browser, f"/pages/forecast/override?node=ann&period={PERIOD}", {**fields, "note": "the budget is signed"}, page
    )
    assert made.status_code == 303, made.text
    shown = (await browser.get(made.headers["location"].partition("#")[0])).text
    assert "The override is in force" in text_of(shown)
    assert "the budget is signed" in text_of(shown)
    assert "✎ manager" in text_of(shown)
    [view] = (await rollup(site, node="ann"))["node"]["overrides"]
    assert {view["amount"], view["basis"], view["drift"]} <= all_numbers(shown)
    reset = await post(browser, f"/pages/forecast/reset?node=ann&period={PERIOD}", fields, page)
    assert reset.status_code == 303, reset.text
    assert "None: all columns are as computed" in text_of(
        (await browser.get(reset.headers["location"].partition("#")[0])).text
    )


def all_numbers(page: str) -> set[str]:
    """The values of all `data` elements."""
    return {part.split('"', 1)[0] for part in page.split('<data value="')[1:]}


async def test_a_refused_override_says_why_and_keeps_what_was_typed(browser: httpx.AsyncClient) -> None:
    fields = {"node": "ann", "period": PERIOD, "column": "commit", "amount": "12.345", "currency": EUR, "by": "manager"}
    refused = await post(
        browser, f"/pages/forecast/override?node=ann&period={PERIOD}", {**fields, "note": "why"}, FORECAST
    )
    assert refused.status_code == 422
    assert "EUR has 2 decimals" in text_of(refused.text)
    assert 'value="12.345"' in refused.text
    assert 'id="moves"' not in refused.text, "a refused form has an address that cannot be loaded again"
    assert 'id="moves"' in (await browser.get(FORECAST)).text


async def test_a_call_is_submitted_and_shown(site: Site, browser: httpx.AsyncClient) -> None:
    fields = {"node": "ann", "period": PERIOD, "commit": "1500.00", "currency": EUR, "note": "two are sure"}
    made = await post(browser, f"/pages/forecast/submit?node=ann&period={PERIOD}", fields, FORECAST)
    assert made.status_code == 303, made.text
    shown = (await browser.get(made.headers["location"].partition("#")[0])).text
    call = (await rollup(site, node="ann"))["node"]["call"]
    assert call["amounts"] == {"commit": "1500.00"}
    assert "€1,500.00" in text_of(shown)
    assert "two are sure" in text_of(shown)
    assert call["week"] in text_of(shown)


async def test_a_call_without_a_commit_or_without_a_rate_is_shown(site: Site, browser: httpx.AsyncClient) -> None:
    call = {"node": "ann", "period": PERIOD, "amounts": {"upside": {"amount": "70", "currency": EUR}}}
    await seen(site.api, await done(site.api, "POST", "/forecast/v1/submissions", call))
    for query, amount in (("node=ann", "€70.00"), ("node=bob", "Bob"), ("node=ann&currency=USD", "Ann")):
        page = await browser.get(f"{FORECAST}&{query}")
        assert page.status_code == 200, query
        assert amount in text_of(page.text)


async def test_what_moved_the_number_within_a_week_stands_beside_it(site: Site, browser: httpx.AsyncClient) -> None:
    ago = (site.pages.app.state.now() - timedelta(days=7)).isoformat()
    asked = {"node": "all", "period": PERIOD, "from": ago, "basis": "seen_by_self"}
    shown = numbers_of((await browser.get(FORECAST)).text)
    assert (shown["week-opening"], shown["week-closing"]) == ("0.00", "0.00")
    deal = await open_deal(site.api, "700.00", "2030-02-20")
    won = await done(site.api, "POST", f"/pipeline/v1/opportunities/{deal}/set-category", {"category": "commit"})
    await seen(site.api, won)
    answer = (await done(site.api, "GET", "/forecast/v1/waterfall", params=asked)).json()
    live = numbers_of((await browser.get(FORECAST, headers={"Funnelcast-Live": "1"})).text)
    assert live["week-closing"] == "0.00", "a live page asks again after a minute"
    page = (await browser.get(FORECAST)).text
    shown = numbers_of(page)
    assert (shown["week-opening"], shown["week-closing"]) == (answer["opening"], answer["closing"])
    assert answer["closing"] == "700.00"
    moved = {f"week-{step['kind']}": step["amount"] for step in answer["steps"] if step["amount"] != "0.00"}
    assert moved
    assert moved.items() <= shown.items()
    link = next(each for each in read(page).links if "step=" in each)
    assert "Thirty licences" in text_of((await browser.get(link.partition("#")[0])).text)


async def test_the_deals_behind_a_number_are_listed_with_their_names(browser: httpx.AsyncClient, deal: str) -> None:
    page = (await browser.get(f"{FORECAST}&open=north,bob&view=single")).text
    link = next(each for each in read(page).links if "node=ann" in each and "category=pipeline" in each)
    shown = (await browser.get(link)).text
    assert f"/pages/deals/{deal}" in read(shown).links
    assert "Thirty licences" in text_of(shown)
    assert "1234.50" in all_numbers(shown)
    assert " acme.example Ann Qualified " in text_of(shown)
    empty = (await browser.get(link.replace("category=pipeline", "category=commit"))).text
    assert "No deal counts here" in text_of(empty)


async def test_warnings_lead_to_their_deals(site: Site, browser: httpx.AsyncClient) -> None:
    await open_deal(site.api, "10.00", "2030-02-20", owner="nobody-knows")
    page = (await browser.get(FORECAST)).text
    assert "Deals whose owner is not in the organisation" in text_of(page)
    link = next(each for each in read(page).links if "only=owner_unassigned" in each)
    assert "nobody-knows" in text_of((await browser.get(link)).text)


ZOE = {"name": "Zoe", "kind": "person", "parent": "bob", "from": "2020-01-01T00:00:00Z"}


async def test_warnings_about_nodes_lead_to_them(site: Site, browser: httpx.AsyncClient) -> None:
    call = {"node": "ann", "period": PERIOD, "amounts": {"commit": {"amount": "1", "currency": EUR}}}
    await done(site.api, "POST", "/forecast/v1/submissions", call)
    await seen(site.api, await done(site.api, "PUT", "/forecast/v1/org/nodes/zoe", ZOE))
    page = (await browser.get(f"{FORECAST}&node=bob")).text
    links = read(page).links
    assert f"{FORECAST}&node=bob#call" in links
    assert "( 2 ) · Bob , Zoe" in text_of(page)
    assert f"{FORECAST}&node=zoe" in links
    assert f"{FORECAST}&node=ann#call" not in links
    assert "/pages/operation#quotas-title" in links
    async with site.signed_in(node="bob", name="bob") as tied:
        page = (await tied.get(FORECAST)).text
    assert f"{FORECAST}&node=zoe" in read(page).links
    assert "/pages/operation#quotas-title" not in read(page).links


async def test_overrides_of_another_calendars_days_are_found_by_it(site: Site, browser: httpx.AsyncClient) -> None:
    body = {"amount": {"amount": "90", "currency": EUR}, "note": "so"}
    path = f"/forecast/v1/overrides/ann/{PERIOD}/commit"
    await seen(site.api, await done(site.api, "PUT", path, body, params={"by": "self"}))
    rule = {"starts_month": 2, "year_named_by": "start"}
    await seen(site.api, await done(site.api, "PUT", "/forecast/v1/calendars/fy", rule))
    other = (await browser.get(f"{FORECAST}&calendar=fy")).text
    link = next(each for each in read(other).links if each.endswith("calendar=months#overrides"))
    assert "90.00" not in all_numbers(other)
    assert "✎ self" in text_of((await browser.get(link.replace("#overrides", "&node=ann"))).text)


async def test_another_calendar_has_its_own_days_and_no_forms(site: Site, browser: httpx.AsyncClient) -> None:
    rule = {"starts_month": 2, "year_named_by": "start"}
    await seen(site.api, await done(site.api, "PUT", "/forecast/v1/calendars/fy", rule))
    january = await open_deal(site.api, "11.00", "2030-01-15")
    april = await open_deal(site.api, "22.00", "2030-04-15")
    page = (await browser.get(f"{FORECAST}&calendar=fy&node=ann")).text
    assert "Overrides and calls are made by the calendar of the settings" in text_of(page)
    assert "Override a column" not in text_of(page)
    assert "Submit a call" not in text_of(page)
    link = next(each for each in read(page).links if each.startswith("/pages/deals") and "category" not in each)
    listed = (await browser.get(link)).text
    assert f"/pages/deals/{april}" in listed
    assert f"/pages/deals/{january}" not in listed


async def open_undated(site: Site) -> str:
    body = {"name": "Some day", "account": "acme.example", "owner": "bob", "motion": "new_business"}
    opened = await done(site.api, "POST", "/pipeline/v1/opportunities", body)
    await seen(site.api, opened)
    return str(opened.json()["opportunity_id"])


async def open_in_a_stage_without_category(site: Site) -> tuple[str, str]:
    """Two deals, the second without a close date."""
    stages = [{"stage": "first", "category": "pipeline"}, {"stage": "odd"}]
    await done(site.api, "PUT", "/pipeline/v1/stages", {"pipeline": "odd", "stages": stages, "first_qualified": "odd"})
    found = await open_deal(site.api, "40.00", "2030-02-23", owner="bob", pipeline="odd")
    undated = await open_deal(site.api, "50.00", "2030-02-23", owner="bob", pipeline="odd")
    path = f"/pipeline/v1/opportunities/{undated}/set-close-date"
    await seen(site.api, await done(site.api, "POST", path, {"close_date": None}))
    return found, undated


async def test_open_deals_of_who_has_left_and_deals_without_a_rate_are_listed(
    site: Site, browser: httpx.AsyncClient
) -> None:
    yen = {"amount": {"amount": "4321", "currency": "JPY"}}
    await done(site.api, "PUT", "/forecast/v1/settings", {"currency": EUR, "from": "2020-01-01"})
    of_ann = await open_deal(site.api, "20.00", "2030-02-21", owner="ann")
    in_yen = await open_deal(site.api, "30.00", "2030-02-22", owner="bob")
    await seen(site.api, await done(site.api, "POST", f"/pipeline/v1/opportunities/{in_yen}/set-amount", yen))
    await seen(site.api, await done(site.api, "DELETE", "/forecast/v1/org/nodes/ann"))
    undated = await open_undated(site)
    unmapped, unmapped_undated = await open_in_a_stage_without_category(site)
    links = read((await browser.get(FORECAST)).text).links
    for only, deal, other in (
        ("owner_inactive", of_ann, in_yen),
        ("rate_missing", in_yen, of_ann),
        ("close_date_missing", undated, in_yen),
        ("stage_unmapped", unmapped, in_yen),
        ("stage_unmapped", unmapped_undated, undated),
    ):
        (link,) = (each for each in links if f"only={only}" in each)
        listed = (await browser.get(link)).text
        assert f"/pages/deals/{deal}" in listed
        assert f"/pages/deals/{other}" not in listed


async def test_the_past_is_shown_as_it_was_known(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{FORECAST}&at=2020-06-01T12:00&then=1")
    assert page.status_code == 200, page.text
    assert "as it was known then" in text_of(page.text)
    assert "Nothing had been recorded by then" in text_of(page.text)
    assert "Nothing had been recorded" not in text_of((await browser.get(f"{FORECAST}&then=1")).text)
    assert "1234.50" not in all_numbers(page.text)
    wrong = await browser.get(f"{FORECAST}&at=yesterday")
    assert wrong.status_code == 422
    assert "must be a day and a time" in text_of(wrong.text)


async def test_the_waterfall_has_the_apis_steps_in_picture_and_table(site: Site, browser: httpx.AsyncClient) -> None:
    since = {"period": PERIOD, "view": "open", "from": "2020-01-02T00:00:00Z"}
    answer = (await done(site.api, "GET", "/forecast/v1/waterfall", params=since)).json()
    page = (await browser.get(f"/pages/waterfall?period={PERIOD}&view=open&since=2020-01-02T00:00")).text
    numbers = numbers_of(page)
    steps = {f"step-{step['kind']}": step["amount"] for step in answer["steps"] if step["kind"] != "rounding"}
    assert {name: value for name, value in numbers.items() if name.startswith("step-")} == steps
    assert (numbers["opening"], numbers["closing"]) == (answer["opening"], answer["closing"])
    assert page.count("<rect") == 2 * (len(steps) + 2)
    link = next(each for each in read(page).links if "step=" in each)
    assert "Thirty licences" in text_of((await browser.get(link.partition("#")[0])).text)
