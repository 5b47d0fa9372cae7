"""Connections over HTTP: made, changed and removed by administrators."""

from typing import Any

import httpx

from services.lead_intake.service import SERVICE
from tests.lead_intake.connectors.signing import SECRET
from tests.lead_intake.test_webhooks import LEAD, connected, generic
from tests.running import Clock, running_services


async def settings_of(api: httpx.AsyncClient, connection_id: str) -> dict[str, Any]:
    return dict((await api.get(f"connections/{connection_id}")).json()["settings"])


async def test_a_change_leaves_what_it_does_not_name(api: httpx.AsyncClient, clock: Clock) -> None:
    webinar = {"source": "webinar", "source_detail": "spring", "details": {"webinar_id": "w1", "attended": True}}
    connection_id = (await connected(api, clock, "generic", fields={"mail": "email"}, **webinar)).connection_id
    before = await settings_of(api, connection_id)
    assert before["kind"] == webinar
    for change, after in (
        ({"name": "renamed"}, {"name": "renamed"}),
        ({"fields": {"address": "email"}}, {"fields": {"address": "email"}}),
        ({"source": "other"}, {"kind": {"source": "other", "source_detail": None, "details": {}}}),
        ({"source": None}, {"kind": None}),
        ({}, {}),
    ):
        answer = await api.patch(f"connections/{connection_id}", json=change)
        assert answer.status_code == 200, answer.text
        before |= after
        assert await settings_of(api, connection_id) == before


async def test_details_come_with_their_source(api: httpx.AsyncClient, clock: Clock) -> None:
    connection_id = (await connected(api, clock, "generic")).connection_id
    for change in ({"details": {"list": "x"}}, {"source_detail": "x"}, {"source": "other", "details": {"list": "x"}}):
        answer = await api.patch(f"connections/{connection_id}", json=change)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{list(change)[-1]}")


async def test_a_rotated_secret_counts_for_one_more_day(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    answer = await api.post(f"connections/{vendor.connection_id}/rotate-secret")
    new = answer.json()["secret"]
    assert new != SECRET
    assert [(await vendor.send(LEAD, secret=one)).status_code for one in (SECRET, new)] == [200, 200]
    clock.pass_by(hours=25)
    assert [(await vendor.send(LEAD, secret=one)).status_code for one in (SECRET, new)] == [401, 200]


async def test_what_another_process_changes_counts_for_a_new_secret_at_once_and_for_the_rest_within_seconds(
    api: httpx.AsyncClient, clock: Clock, database: str
) -> None:
    vendor = await generic(api, clock)
    assert (await vendor.send(LEAD)).status_code == 200
    path = f"/intake/v1/connections/{vendor.connection_id}"
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids(), work=False) as other:
        await other.post(f"{path}/rotate-secret", json={"secret": "a-secret-of-today"})
        assert (await vendor.send(LEAD, secret="a-secret-of-today")).status_code == 200
        await other.delete(path)
        assert (await vendor.send(LEAD)).status_code == 200
        clock.pass_by(seconds=5)
        assert (await vendor.send(LEAD)).status_code == 401


async def test_a_secret_is_shown_once_and_nowhere_again(api: httpx.AsyncClient) -> None:
    made = (await api.post("connections", json={"connector": "generic", "name": "ours"})).json()
    listed = await api.get("connections", headers={"X-Min-Position": f"intake:{made['position']}", "Prefer": "wait=30"})
    one = await api.get(f"connections/{made['connection_id']}")
    events = await api.get("events")
    assert made["secret"] not in listed.text + one.text + events.text
    assert [row["name"] for row in listed.json()["items"]] == ["ours"]


async def test_a_removed_connection_takes_nothing_more(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    assert (await api.delete(f"connections/{vendor.connection_id}")).status_code == 200
    assert (await vendor.send(LEAD)).status_code == 401
    assert (await api.get(f"connections/{vendor.connection_id}")).status_code == 404


async def test_connections_are_for_administrators(api: httpx.AsyncClient, database: str) -> None:
    body = {"connector": "fax", "name": "ours", "details": {"list": "x"}}
    answer = await api.post("connections", json=body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/connector", "/details"}
