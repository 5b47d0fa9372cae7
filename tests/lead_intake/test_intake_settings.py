"""The settings: the reasons for which a delivery in quarantine is discarded."""

from datetime import datetime, timedelta

import httpx

from services.lead_intake.setting import commands, events
from services.lead_intake.setting.decider import DECIDER
from services.lead_intake.setting.events import ReasonKind
from tests.lead_intake.test_webhooks import generic, quarantined
from tests.running import Clock
from tests.spec import Given

BOTS = commands.SetReasons(reasons=commands.ReasonLists(discard=("test", "bot")))
CHANGED = events.ReasonsChanged(kind=ReasonKind.DISCARD, reasons=("bot", "test"))


def test_the_reasons_are_set_and_the_same_ones_in_another_order_add_nothing() -> None:
    Given(DECIDER).when(BOTS).then(CHANGED)
    again = commands.SetReasons(reasons=commands.ReasonLists(discard=("bot", "test", "bot")))
    Given(DECIDER, [CHANGED]).when(again).then()
    Given(DECIDER, [CHANGED]).when(commands.SetReasons(reasons=commands.ReasonLists())).then()


async def test_a_delivery_is_discarded_for_a_reason_that_the_settings_allow(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await generic(api, clock)
    (row,) = await quarantined(api, await vendor.send({"no": "address"}))
    path = f"quarantine/{row['quarantine_id']}/discard"
    refused = await api.post(path, json={"reason": "bot"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (await api.put("settings", json={"reasons": {"discard": ["bot"]}})).status_code == 200
    assert (await api.post(path, json={"reason": "spam"})).status_code == 422
    assert (await api.post(path, json={"reason": "bot"})).status_code == 200
    shown = (await api.get("settings")).json()
    assert (shown["reasons"]["discard"], "spam" in shown["defaults"]["reasons"]["discard"]) == (["bot"], True)


async def test_rules_that_cannot_be_changed_are_shown_and_are_the_ones_in_force(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    shown = (await api.get("settings")).json()
    assert (shown["second_click_seconds"], shown["backdated_days"]) == (60, 30)
    click = {"source": "newsletter", "person": {"email": "ada@example.com"}}

    async def captured_at(instant: datetime) -> str:
        answer = await api.post("leads", json=click | {"occurred_at": instant.isoformat()})
        return str(answer.json()["capture_id"])

    first = clock.instant - timedelta(hours=1)
    within = first + timedelta(seconds=shown["second_click_seconds"])
    assert await captured_at(first) == await captured_at(within)
    assert await captured_at(within + timedelta(seconds=1)) != await captured_at(first)
