"""Captures counted by day, source and campaign, from events in a real Postgres, and over HTTP."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from services.lead_intake.projections import capture_counts
from services.lead_intake.quarantine.events import DeliveryQuarantined
from shared.rules.sealed import Sealed
from tests.lead_intake.captures import DEMO, WEBINAR, first
from tests.lead_intake.test_leads_projection import engaged, recorded
from tests.lead_intake.test_routes import captured
from tests.lead_intake.test_webhooks import LEAD, connected, generic
from tests.running import Clock, fresh
from tests.running import connected as connected_to
from tests.spec import NOON

YESTERDAY = NOON - timedelta(days=1)
SPRING = {"utm_campaign": "spring"}
WAITING = DeliveryQuarantined(
    connection_id="c1", reason="unreadable", detail="no address", received_at=NOON, kept=Sealed(value={})
)
HISTORY = recorded(
    ("lead-l1", first(engaged_at=YESTERDAY, campaign=SPRING)),
    ("lead-l1", engaged(engaged_at=NOON)),
    ("lead-l2", first(engaged_at=NOON, person_id="p2", source="other", details=None)),
    ("quarantine-q1", WAITING),
)


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    async with connected_to(database) as engine:
        async with engine.begin() as tx:
            await tx.run_sync(capture_counts.PROJECTION.tables.create_all)
        yield engine


async def test_each_day_has_its_captures_and_new_leads_by_source_and_by_campaign(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        for event in HISTORY:
            await capture_counts.apply(tx, [event])
        by_source = await capture_counts.by_day(tx, "source", None, None)
        by_campaign = await capture_counts.by_day(tx, "campaign", NOON.date(), None)
        waiting = await capture_counts.quarantined_by_reason(tx, None, YESTERDAY.date())
    rows = [(row["key"], row["day"], row["captures"], row["new_leads"]) for row in by_source]
    assert rows == [
        ("newsletter", date(2026, 3, 1), 1, 1),
        ("newsletter", date(2026, 3, 2), 1, 0),
        ("other", date(2026, 3, 2), 1, 1),
    ]
    assert [(row["key"], row["captures"]) for row in by_campaign] == [("", 2)]
    assert waiting == []


async def test_captures_are_counted_over_http(api: httpx.AsyncClient, clock: Clock) -> None:
    await captured(api, campaign=SPRING)
    last = await captured(api, **WEBINAR)
    vendor = await generic(api, clock)
    await vendor.send({"no": "address"})
    answer = await vendor.send({"no": "address either"})
    wait = fresh(answer)
    found = (await api.get("metrics/captures?by=campaign&from=2026-03-02", headers=wait)).json()
    assert (found["from"], found["to"], found["by"]) == ("2026-03-02", None, "campaign")
    assert (found["captures"], found["new_leads"]) == (2, 1)
    assert [(group["key"], group["captures"]) for group in found["groups"]] == [(None, 1), ("spring", 1)]
    assert found["groups"][1]["days"] == [{"day": "2026-03-02", "captures": 1, "new_leads": 1}]
    assert found["quarantine"] == [{"reason": "unreadable", "deliveries": 2}]
    assert (await api.get("metrics/captures?by=colour")).status_code == 422
    backwards = await api.get("metrics/captures?from=2026-03-02&to=2026-03-01")
    assert (backwards.status_code, backwards.json()["errors"][0]["pointer"]) == (422, "query/to")
    assert last["created"] is False


async def test_the_deliveries_of_a_connection_are_listed_the_newest_first(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor, other = await generic(api, clock), await connected(api, clock, "typeform")
    (capture_id,) = await vendor.captures(LEAD)
    await vendor.captures(LEAD)
    kept = await vendor.send({"no": "address"})
    path = f"connections/{vendor.connection_id}/deliveries"
    rows = (await api.get(path, headers=fresh(kept))).json()["items"]
    assert [row["outcome"] for row in rows] == ["quarantined", "captured"]
    assert (rows[1]["capture_id"], rows[0]["detail"][:10]) == (capture_id, "unreadable")
    page = (await api.get(path, params={"limit": 1})).json()
    (second,) = (await api.get(path, params={"limit": 1, "after": page["next"]})).json()["items"]
    assert second == rows[1]
    discarded = await api.post(f"quarantine/{rows[0]['quarantine_id']}/discard", json={"reason": "spam"})
    rows = (await api.get(path, headers=fresh(discarded))).json()["items"]
    assert rows[0]["outcome"] == "discarded"
    assert (await api.get(f"connections/{other.connection_id}/deliveries")).json()["items"] == []
    assert (await api.get("connections/nobody/deliveries")).status_code == 404


async def test_a_lead_is_found_by_an_id_that_it_has_elsewhere(api: httpx.AsyncClient) -> None:
    ada = await captured(api)
    bob = await captured(api, **DEMO, person={"email": "bob@acme.com"})
    body: dict[str, Any] = {"external_id": "erp:7"}
    linked = await api.post(f"leads/{ada['lead_id']}/link", json=body)
    again = await api.post(f"leads/{ada['lead_id']}/link", json=body)
    assert (linked.status_code, linked.json()) == (200, again.json())
    (row,) = (await api.get("leads?external_id=erp:7")).json()["items"]
    assert (row["lead_id"], row["external_id"]) == (ada["lead_id"], "erp:7")
    (row, _) = (await api.get("leads", headers=fresh(linked))).json()["items"]
    assert row["external_id"] == "erp:7"
    taken = await api.post(f"leads/{bob['lead_id']}/link", json=body)
    assert (taken.status_code, ada["lead_id"] in taken.json()["detail"]) == (409, True)
    assert (await api.post("leads/nobody/link", json={"external_id": "erp:8"})).status_code == 404
