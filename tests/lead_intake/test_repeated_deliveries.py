"""Repeated deliveries are one fact, also when it was in quarantine meanwhile, and keep what the person wrote."""

from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.lead_intake.connectors.signing import SECRET, sha256_of
from tests.lead_intake.test_webhooks import FORM, LEAD, connected, generic, quarantined
from tests.running import Clock

NOTE = {"contact": {"mailbox": "jane@acme.com"}, "note": "Call me"}


async def lead_of(api: httpx.AsyncClient, email: str) -> dict[str, Any]:
    (person,) = (await api.post("people/lookup", json={"email": email})).json()["items"]
    lead: dict[str, Any] = (await api.get(f"leads/{person['lead_ids'][0]}")).json()
    return lead


@pytest.mark.parametrize("value", [NOTE, NOTE | {"id": "7"}, NOTE | {"at": "2026-03-01T12:00:00Z"}])
async def test_a_delivery_repeated_after_its_release_is_the_same_capture(
    api: httpx.AsyncClient, clock: Clock, value: dict[str, Any]
) -> None:
    fields = {"id": "external_id", "at": "occurred_at"}
    vendor = await generic(api, clock, source="contact_form", fields=fields)
    (row,) = await quarantined(api, await vendor.send(value))
    mended = {"fields": fields | {"contact.mailbox": "email"}}
    await api.patch(f"connections/{vendor.connection_id}", json=mended)
    released = (await api.post(f"quarantine/{row['quarantine_id']}/release")).json()["captures"]
    clock.pass_by(minutes=9)
    assert await vendor.captures(value) == released


@pytest.mark.parametrize(("minutes", "captures"), [(9, 1), (11, 2)])
async def test_a_web_form_posted_again_within_ten_minutes_is_one_capture_and_one_unsubscription(
    api: httpx.AsyncClient, clock: Clock, minutes: int, captures: int
) -> None:
    vendor = await connected(api, clock, "salesforce-web-to-lead")
    body = b"last_name=Doe&email=jane%40acme.com&description=Call+me&emailOptOut=1"
    for _ in range(2):
        await api.post(f"webhooks/{vendor.connection_id}", content=body, headers={"Content-Type": FORM})
        clock.pass_by(minutes=minutes)
    lead = await lead_of(api, "jane@acme.com")
    assert len(lead["captures"]) == captures
    assert [one["kind"] for one in lead["activities"]] == ["unsubscribed"] * captures
    assert {one["texts"]["message"] for one in lead["captures"]} == {"Call me"}


async def test_equal_bodies_with_a_time_of_their_own_are_as_many_captures(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock, fields={"mail": "email", "at": "occurred_at"})
    made = [await vendor.captures({"mail": "jane@acme.com", "at": f"2026-03-01T12:0{n}:00Z"}) for n in (0, 5, 0)]
    assert made[0] == made[2] != made[1]


async def test_what_contradicts_an_earlier_delivery_is_released_once_as_a_capture_of_its_own(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await generic(api, clock)
    (first,) = await vendor.captures(LEAD)
    (row,) = await quarantined(api, await vendor.send(dict(LEAD) | {"comment": "Not on Monday"}))
    path = f"quarantine/{row['quarantine_id']}/release"
    answers = [(await api.post(path)).json()["captures"] for _ in range(2)]
    assert answers[0] == answers[1] != [first]
    captures = (await lead_of(api, "jane@acme.com"))["captures"]
    assert [(one["capture_id"], one["external_id"] == "generic:sub-1") for one in captures] == [
        (first, True),
        (answers[0][0], False),
    ]


async def test_a_message_is_kept_where_a_source_has_no_details(api: httpx.AsyncClient) -> None:
    person = {"email": "jane@acme.com"}
    sent = [{"source": "contact_form", "person": person, "message": text} for text in ("Call me", "Call me", "Do not")]
    answers = [(await api.post("leads", json=body)).json()["capture_id"] for body in sent]
    assert answers[0] == answers[1] != answers[2]
    assert [one["texts"] for one in (await lead_of(api, "jane@acme.com"))["captures"]] == [
        {"message": "Call me"},
        {"message": "Do not"},
    ]
    twice = await api.post("leads", json={"source": "demo_request", "person": person, "message": "Call me"})
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (422, "/message")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("query", ["", "?a=x%20y&b=1"])
async def test_hubspot_signs_the_address_that_it_called(
    api: httpx.AsyncClient, clock: Clock, scheme: str, query: str
) -> None:
    vendor = await connected(api, clock, "hubspot")
    stamp = str(int(clock.instant.timestamp() * 1000))
    path = f"/intake/v1/webhooks/{vendor.connection_id}{query}"

    async def sent_for(address: str) -> int:
        signature = b64encode(sha256_of(SECRET, f"POST{address}[]{stamp}".encode())).decode()
        headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}
        headers["Content-Type"] = "application/json"
        return (await api.post(f"webhooks/{vendor.connection_id}{query}", content=b"[]", headers=headers)).status_code

    host = api.base_url.netloc.decode()
    assert await sent_for(f"{scheme}://{host}{path}") == 200
    assert await sent_for(f"{scheme}://elsewhere.example.com{path}") == 401
    assert await sent_for(f"{scheme}://{host}/intake/v1/webhooks/another") == 401
