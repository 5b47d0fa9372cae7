"""The page of those who operate the system: what the services say, and what can be done about it."""

from services.forecast.service import SERVICE as FORECAST
from services.qualification.service import SERVICE as QUALIFICATION
from tests.pages.site import Site, done, navigation_of, numbers_of, post, running_site, text_of
from tests.running import eventually

SCRIPT = "<script>alert(1)</script>"
WEBHOOK = {"url": "http://127.0.0.1:9/hook", "types": ["opportunity.*"], "description": SCRIPT}


async def test_an_operator_sees_health_webhooks_and_settings(site: Site) -> None:
    webhook = (await done(site.api, "POST", "/pipeline/v1/webhooks", WEBHOOK)).json()["webhook_id"]

    async def pipeline_has_caught_up() -> bool:
        health = (await done(site.api, "GET", "/pipeline/readyz")).json()
        return bool(health["details"]["lag"]["events"] == 0)

    await eventually(pipeline_has_caught_up)
    async with site.signed_in(name="operator") as operator:
        page = (await operator.get("/pages/operation")).text
        words = text_of(page)
        assert numbers_of(page)["lag-pipeline"] == "0"
        assert "Intake not ready" in words
        assert "No key is parked" in words
        assert SCRIPT not in page
        assert SCRIPT in words
        settings = (await done(site.api, "GET", "/forecast/v1/settings")).json()
        assert f"Timezone {settings['timezone']}" in words
        assert "Calendars 1 entry Calendar Pattern" in words
        replayed = await post(operator, f"/pages/operation/pipeline/webhooks/{webhook}", {}, "/pages/operation")
        assert replayed.status_code == 303
        assert "Done. The dead letters" in text_of((await operator.get(replayed.headers["location"])).text)


async def test_the_history_of_the_settings_says_what_changed_from_what_and_by_whom(site: Site) -> None:
    await done(site.api, "PUT", "/forecast/v1/settings", {"stale_after": 21, "from": "2026-01-01"})
    await done(site.api, "PUT", "/forecast/v1/settings", {"stale_after": 28, "weekly_lock": True, "from": "2026-02-01"})
    made = (await done(site.api, "GET", "/forecast/v1/settings")).json()["history"]
    assert len({each["set_by"] for each in made}) == 1
    async with site.signed_in(name="operator") as operator:
        words = text_of((await operator.get("/pages/operation")).text)
    by = made[-1]["set_by"]
    for change in ("Stale after 14 21", "Stale after 21 28", "Weekly lock no yes"):
        assert f"{by} {change}" in words
    assert words.index("21 28") < words.index("14 21")
    assert '"starts"' not in words


async def test_a_dry_run_of_a_scoring_model_says_what_would_change(database: str) -> None:
    async with running_site(database, [QUALIFICATION, FORECAST]) as site, site.signed_in() as operator:
        tried = await post(operator, "/pages/operation/models/1/dry-run", {}, "/pages/operation")
        assert tried.status_code == 200, text_of(tried.text)
        assert "Version 1 on 0 leads" in text_of(tried.text)
        assert "Nothing was changed" in text_of(tried.text)
        unknown = await post(operator, "/pages/operation/models/99/dry-run", {}, "/pages/operation")
        assert unknown.status_code == 404
        assert "Version 1 on" not in text_of(unknown.text)


async def test_a_refused_command_is_shown_in_the_words_of_the_api(site: Site) -> None:
    async with site.signed_in() as operator:
        fields = {"subscription": "reactions", "source": "intake", "key": "none"}
        answer = await post(operator, "/pages/operation/pipeline/parked/release", fields, "/pages/operation")
        assert answer.status_code == 404
        assert "is not parked" in text_of(answer.text)


async def test_nobody_else_has_a_link_or_the_page(site: Site) -> None:
    async with site.signed_in(["forecast:read", "pipeline:read"], name="rep") as rep:
        assert "Operation" not in navigation_of((await rep.get("/pages/forecast")).text)
        assert (await rep.get("/pages/operation")).status_code == 403
        refused = await post(rep, "/pages/operation/pipeline/parked/skip", {}, "/pages/forecast")
        assert refused.status_code == 403
