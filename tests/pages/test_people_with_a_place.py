"""People whose keys are tied to a place: each page of their navigation, and what lies elsewhere."""

import re

from tests.pages.site import NAVIGATION, Site, done, fields_of, open_deal, place_people, post, text_of
from tests.running import eventually

SELLS = ("forecast:read", "forecast:write", "pipeline:read", "pipeline:write", "events:read")
CLOSES = "2030-03-31"


async def test_every_page_that_is_offered_to_a_manager_is_served(site: Site) -> None:
    await place_people(site.api)
    inside = await open_deal(site.api, "1000.00", CLOSES)
    outside = await open_deal(site.api, "77.77", CLOSES, owner="eve", account="elsewhere.example")
    tied = {"node": "bob", "owner": "bob", "name": "bob"}
    async with site.signed_in(SELLS, **tied) as browser:

        async def follows_the_organisation() -> bool:
            return (await browser.get(f"/pages/deals/{inside}")).status_code == 200

        await eventually(follows_the_organisation)
        home = (await browser.get("/pages/forecast")).text
        offered = re.findall(r'href="([^"]+)"', NAVIGATION.search(home)[1])  # type: ignore[index]
        assert len(offered) >= 4
        for path in offered:
            answer = await browser.get(path)
            assert answer.status_code == 200, (path, text_of(answer.text))
            assert "77.77" not in answer.text
        assert (await browser.get(f"/pages/deals/{outside}")).status_code == 404


async def test_a_rep_who_may_not_read_the_settings_chooses_a_reason(site: Site) -> None:
    await place_people(site.api)
    deal = await open_deal(site.api, "1000.00", CLOSES)
    page = f"/pages/deals/{deal}"
    async with site.signed_in(SELLS, node="ann", owner="ann", name="ann") as browser:

        async def offers_to_lose() -> bool:
            return '<option value="competitor"' in (await browser.get(page)).text

        await eventually(offers_to_lose)
        etag = fields_of((await browser.get(page)).text)["etag"]
        lost = await post(browser, f"{page}/lose", {"reason": "competitor", "etag": etag}, page)
        assert lost.status_code == 303, text_of(lost.text)
    assert (await done(site.api, "GET", f"/pipeline/v1/opportunities/{deal}")).json()["outcome"] == "lost"


async def test_a_person_whose_node_has_ended_sees_why_and_may_sign_out(site: Site) -> None:
    await place_people(site.api)
    async with site.signed_in(SELLS, node="ann", owner="ann", name="ann") as browser:
        ended = await done(site.api, "DELETE", "/forecast/v1/org/nodes/ann")
        page = await browser.get(f"/pages/forecast?after={ended.headers['X-Position']}")
        assert page.status_code == 404
        assert "the node is not in the organisation today" in text_of(page.text).lower()
        out = await browser.post(
            "/pages/sign-out", data={"csrf": fields_of(page.text)["csrf"]}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert (out.status_code, out.headers["location"]) == (303, "/pages/sign-in")
