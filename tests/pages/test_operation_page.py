"""The page of those who operate the system: what the services say, and what can be done about it."""

from tests.pages.site import Site, done, navigation_of, numbers_of, post, text_of

SCRIPT = "<script>alert(1)</script>"
WEBHOOK = {"url": "http://127.0.0.1:9/hook", "types": ["opportunity.*"], "description": SCRIPT}


async def test_an_operator_sees_health_webhooks_and_settings(site: Site) -> None:
    webhook = (await done(site.api, "POST", "/pipeline/v1/webhooks", WEBHOOK)).json()["webhook_id"]
    async with site.signed_in(name="operator") as operator:
        page = (await operator.get("/pages/operation")).text
        words = text_of(page)
        health = (await done(site.api, "GET", "/pipeline/readyz")).json()
        assert numbers_of(page)["lag-pipeline"] == str(health["details"]["lag"]["events"])
        assert "Intake not ready" in words
        assert "No key is parked" in words
        assert SCRIPT not in page
        assert SCRIPT in words
        settings = (await done(site.api, "GET", "/forecast/v1/settings")).json()
        assert f"Timezone {settings['timezone']}" in words
        assert "Calendars Calendar Pattern" in words
        tried = await post(operator, "/pages/operation/models/1/dry-run", {}, "/pages/operation")
        assert tried.status_code in (200, 404), "qualification does not run here"
        replayed = await post(operator, f"/pages/operation/pipeline/webhooks/{webhook}", {}, "/pages/operation")
        assert replayed.status_code == 303
        assert "Done. The dead letters" in text_of((await operator.get(replayed.headers["location"])).text)


async def test_a_refused_command_is_said_in_the_words_of_the_api(site: Site) -> None:
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
