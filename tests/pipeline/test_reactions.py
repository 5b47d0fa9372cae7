"""Pipeline's reactions to forecast's events."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.pipeline.service import SERVICE
from tests.pipeline.test_routes import opened
from tests.pipeline.upstream import Forecast, forecast_upstream
from tests.running import Clock, running_services


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=Clock().clock_and_ids()) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield client


@pytest_asyncio.fixture
async def forecast(database: str) -> AsyncIterator[Forecast]:
    async with forecast_upstream(database) as upstream:
        yield upstream


async def won_on(api: httpx.AsyncClient, occurred_at: str) -> str:
    deal = await opened(api, stage="qualified", occurred_at="2026-01-01T00:00:00Z")
    answer = await api.post(f"opportunities/{deal}/win", json={"occurred_at": occurred_at})
    assert answer.status_code == 200, answer.text
    return str((await api.get(f"opportunities/{deal}")).json()["close_date"])


async def test_the_time_zone_set_at_forecast_decides_the_day_of_a_win(
    api: httpx.AsyncClient, forecast: Forecast
) -> None:
    applied = await forecast.change_settings("2026-02-01T00:00:00Z", timezone="Pacific/Auckland")
    settings = (await api.get("settings", headers=applied)).json()
    assert (settings["timezone"], settings["calendar"]) == ("Pacific/Auckland", "months")
    assert await won_on(api, "2026-02-01T20:00:00Z") == "2026-02-02"
    assert await won_on(api, "2026-01-31T20:00:00Z") == "2026-01-31", "before it held"
    again = await forecast.change_settings("2026-02-20T00:00:00Z", timezone="UTC", calendar="months")
    await api.get("settings", headers=again)
    assert await won_on(api, "2026-02-21T20:00:00Z") == "2026-02-21"


async def test_settings_that_pipeline_does_not_use_and_the_organisation_are_passed_over(
    api: httpx.AsyncClient, forecast: Forecast
) -> None:
    await forecast.change_settings("2026-02-01T00:00:00Z", currency="USD")
    await forecast.publish("org-all", "org.node_renamed", {"node": "ann", "name": {"ref": "0" * 32}})
    placed = {"node": "ann", "parent": None, "kind": "person", "starts": None, "name": None}
    applied = await forecast.publish("org-all", "org.node_placed", placed)
    assert (await api.get("settings", headers=applied)).headers["X-Position"] == "pipeline:0"


async def test_an_owner_outside_the_organisation_is_taken_with_a_warning(
    api: httpx.AsyncClient, forecast: Forecast
) -> None:
    """The same request again has the warnings of the first one."""
    body = {"name": "Acme", "account": "acme.com", "owner": "ann", "motion": "new_business"}
    key = {"Idempotency-Key": "first"}

    async def codes(path: str, body: dict[str, str], headers: dict[str, str] | None = None) -> list[str]:
        answer = await api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return [warning["code"] for warning in answer.json()["warnings"]]

    assert await codes("opportunities", body, key) == ["owner_unassigned"]
    placed = {"node": "ann", "parent": None, "kind": "person", "starts": None, "name": None}
    await api.get("opportunities", headers=await forecast.publish("org-all", "org.node_placed", placed))
    assert await codes("opportunities", body, key) == ["owner_unassigned"]
    assert await codes("opportunities", body) == []
    deal = await opened(api)
    assert await codes(f"opportunities/{deal}/assign", {"owner": "ghost"}) == ["owner_unassigned"]
    assert await codes(f"opportunities/{deal}/qualify", {}) == []
    ended = {"node": "ann", "starts": "2026-03-02T00:00:00Z"}
    await api.get("opportunities", headers=await forecast.publish("org-all", "org.node_ended", ended))
    assert await codes(f"opportunities/{deal}/assign", {"owner": "ann"}) == ["owner_inactive"]
