"""Webhooks over HTTP, as vendors send them: signed by the vendor, taken once, and never lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from services.lead_intake.api.webhooks import combined
from services.lead_intake.connectors import READERS
from tests.lead_intake.connectors import deliveries
from tests.lead_intake.connectors.deliveries import FORMS, SAMPLES, encoded
from tests.lead_intake.connectors.signing import PUBLIC_URL, SECRET, SIGNERS
from tests.running import Clock, fresh

FORM = "application/x-www-form-urlencoded"
MAPPED: Mapping[str, Any] = {
    "fields": {"contact.email": "email", "contact.name": "full_name", "id": "external_id", "at": "occurred_at"}
}
LEAD: Mapping[str, Any] = {
    "id": "sub-1",
    "at": "2026-03-02T11:00:00Z",
    "contact": {"email": "jane@acme.com", "name": "Jane Doe"},
}


@dataclass(frozen=True)
class Vendor:
    """One vendor, and its connection here. `prefix`: of intake's paths, unless the client adds it."""

    api: httpx.AsyncClient
    clock: Clock
    connector: str
    connection_id: str
    prefix: str = ""

    async def send(
        self, value: Any, *, secret: str = SECRET, late: int = 0, body: bytes | None = None
    ) -> httpx.Response:
        content = encoded(self.connector, value) if body is None else body
        seconds = int(self.clock.instant.timestamp()) - late
        signer = SIGNERS.get(self.connector)
        headers = {"Content-Type": FORM if self.connector in FORMS else "application/json"}
        headers |= signer(content, seconds, secret) if signer else {}
        return await self.api.post(f"{self.prefix}webhooks/{self.connection_id}", content=content, headers=headers)

    async def captures(self, value: Any, **how: Any) -> list[str]:
        answer = await self.send(value, **how)
        assert answer.status_code == 200, answer.text
        found: list[str] = answer.json()["captures"]
        return found


async def connected(api: httpx.AsyncClient, clock: Clock, connector: str, **settings: Any) -> Vendor:
    body = {"connector": connector, "name": f"our {connector}", "secret": SECRET} | settings
    made = await api.post("connections", json=body)
    assert made.status_code == 201, made.text
    return Vendor(api, clock, connector, made.json()["connection_id"])


async def generic(api: httpx.AsyncClient, clock: Clock, **settings: Any) -> Vendor:
    return await connected(api, clock, "generic", **(dict(MAPPED) | settings))


async def quarantined(api: httpx.AsyncClient, after: httpx.Response | None = None) -> list[dict[str, Any]]:
    """After all that was written, or after that of an answer."""
    head = await api.get("settings") if after is None else after
    answer = await api.get("quarantine", headers=fresh(head))
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_delivery_becomes_a_capture_with_the_time_of_the_engagement(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await generic(api, clock, source="webinar", details={"webinar_id": "w1", "attended": True})
    (capture_id,) = await vendor.captures(LEAD)
    (row,) = (await api.get("leads", params={"external_id": "generic:sub-1"})).json()["items"]
    (capture,) = (await api.get(f"leads/{row['lead_id']}")).json()["captures"]
    assert (capture["capture_id"], capture["source"]) == (capture_id, "webinar")
    assert capture["engaged_at"] == "2026-03-02T11:00:00Z"
    assert capture["person"] == {"email": "jane@acme.com", "first_name": "Jane", "last_name": "Doe"}


async def test_a_repetition_has_the_same_answer(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    first = await vendor.captures(LEAD)
    clock.pass_by(minutes=20)
    assert await vendor.captures(LEAD) == first
    (row,) = (await api.get("leads", params={"external_id": "generic:sub-1"})).json()["items"]
    assert row["captures"] == 1


@pytest.mark.parametrize("connector", sorted(set(SIGNERS) & set(READERS)))
async def test_every_vendor_is_believed_by_its_own_proof_alone(
    api: httpx.AsyncClient, clock: Clock, connector: str
) -> None:
    vendor = await connected(api, clock, connector, public_url=f"http://test/intake/v1/webhooks/{connector}")
    vendor = Vendor(api, clock, connector, vendor.connection_id)
    sample = SAMPLES[connector][0]
    wrong = await vendor.send(sample, secret="another secret")
    unsigned = await api.post(
        f"webhooks/{vendor.connection_id}",
        content=encoded(connector, sample),
        headers={"Content-Type": "application/json"},
    )
    assert (wrong.status_code, unsigned.status_code) == (401, 401)
    assert (await api.get("leads")).json()["items"] == []


def test_two_signatures_count_as_one_that_is_wrong() -> None:
    raw = [(b"x-hub-signature-256", b"sha256=forged"), (b"x-hub-signature-256", b"sha256=right")]
    assert combined(Headers(raw=raw)) == {"x-hub-signature-256": "sha256=forged, sha256=right"}


async def test_an_address_that_nobody_has_is_answered_like_a_wrong_signature(api: httpx.AsyncClient) -> None:
    answer = await api.post("webhooks/01a20000-0000-7000-8000-000000000000", json={})
    assert answer.status_code == 401


async def test_what_cannot_be_read_waits_and_is_read_again_by_other_settings(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await generic(api, clock, fields={"id": "external_id", "at": "occurred_at"})
    value = {"id": "7", "at": "2026-03-01T12:00:00Z", "contact": {"mailbox": "jane@acme.com"}}
    answer = await vendor.send(value)
    assert answer.json() == {"captures": [], "activities": 0, "ignored": 0, "quarantined": 1}
    (row,) = await quarantined(api, answer)
    assert (row["reason"], row["connection_id"]) == ("unreadable", vendor.connection_id)
    assert "jane" not in json.dumps(row)
    path = f"quarantine/{row['quarantine_id']}"
    assert (await api.get(path)).json()["delivery"] == value
    assert (await api.post(f"{path}/release")).status_code == 409
    fields = {"id": "external_id", "at": "occurred_at", "contact.mailbox": "email"}
    await api.patch(f"connections/{vendor.connection_id}", json={"name": "ours", "fields": fields})
    released = [await api.post(f"{path}/release") for _ in range(2)]
    assert [one.status_code for one in released] == [200, 200]
    assert released[0].json()["captures"] == released[1].json()["captures"]
    (lead,) = (await api.get("leads", params={"external_id": "generic:7"})).json()["items"]
    assert (lead["captures"], lead["last_engaged_at"]) == (1, "2026-03-01T12:00:00Z")
    assert (await api.get(path)).json()["delivery"] is None


async def test_a_repetition_of_what_waits_waits_once(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    answers = [await vendor.send({"nobody": "here"}) for _ in range(3)]
    assert [one.json()["quarantined"] for one in answers] == [1, 1, 1]
    assert len(await quarantined(api, answers[0])) == 1


async def test_a_discarded_delivery_yields_nothing_and_is_deleted(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    (row,) = await quarantined(api, await vendor.send({"nobody": "here"}))
    path = f"quarantine/{row['quarantine_id']}"
    assert (await api.post(f"{path}/discard", json={"reason": "spam"})).status_code == 200
    assert (await api.post(f"{path}/release")).status_code == 409
    view = (await api.get(path)).json()
    assert (view["status"], view["delivery"]) == ("discarded", None)


async def test_a_body_that_breaks_off_is_kept_byte_for_byte(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    whole = json.dumps(LEAD).encode()
    answer = await vendor.send(None, body=whole[: len(whole) // 2])
    assert answer.json()["quarantined"] == 1
    (row,) = await quarantined(api, answer)
    kept = (await api.get(f"quarantine/{row['quarantine_id']}")).json()["delivery"]
    assert kept == whole[: len(whole) // 2].decode()


async def test_the_same_id_with_another_content_waits_for_a_person(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    await vendor.captures(LEAD)
    answer = await vendor.send(dict(LEAD) | {"contact": {"email": "eve@acme.com", "name": "Eve"}})
    (row,) = await quarantined(api, answer)
    assert (answer.json()["captures"], row["reason"]) == ([], "contradicts")


async def test_ids_alone_wait_until_the_body_is_posted(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await connected(api, clock, "facebook")
    answer = await vendor.send(deliveries.FACEBOOK_HOOK)
    (row,) = await quarantined(api, answer)
    assert (answer.json()["captures"], row["reason"]) == ([], "needs_lookup")
    captures = await vendor.captures(deliveries.FACEBOOK_LEAD)
    view = (await api.get(f"quarantine/{row['quarantine_id']}")).json()
    assert (view["status"], view["capture_ids"]) == ("released", captures)


async def test_a_cancellation_that_overtakes_its_booking_is_recorded_when_the_booking_comes(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await connected(api, clock, "calendly")
    canceled = invitee("invitee.canceled", created_at="2026-03-02T11:30:00Z")
    early = await vendor.send(canceled)
    assert early.json() == {"captures": [], "activities": 0, "ignored": 0, "quarantined": 1}
    booked = await vendor.send(invitee("invitee.created", created_at="2026-03-02T11:00:00Z"))
    assert (len(booked.json()["captures"]), booked.json()["activities"], booked.json()["quarantined"]) == (1, 1, 0)
    again = await vendor.send(canceled)
    assert again.json()["activities"] == 1
    assert await quarantined(api, again) == []
    (row,) = (await api.get("leads")).json()["items"]
    activities = (await api.get(f"leads/{row['lead_id']}")).json()["activities"]
    assert sorted(one["kind"] for one in activities) == ["meeting_booked", "meeting_canceled"]


async def test_what_one_vendor_says_early_is_recorded_when_a_form_captures_the_person(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await connected(api, clock, "calendly")
    (row,) = await quarantined(api, await vendor.send(invitee("invitee.canceled")))
    await api.put("forms/contact", json={"source": "contact_form", "fields": {"mail": "email"}, "origins": []})
    posted = await api.post("forms/contact", data={"mail": "Jane@Acme.com"})
    assert posted.status_code == 200
    assert (await api.get(f"quarantine/{row['quarantine_id']}")).json()["status"] == "released"


async def test_an_erasure_that_comes_early_erases_no_later_capture(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await connected(api, clock, "segment")
    erasure = {"type": "delete", "messageId": "m0", "userId": "u1", "traits": {"email": "jane@acme.com"}}
    await vendor.send(erasure)
    other = await generic(api, clock)
    assert len(await other.captures(LEAD)) == 1
    (row,) = (await api.get("leads", params={"external_id": "generic:sub-1"})).json()["items"]
    assert row["captures"] == 1


def invitee(event: str, created_at: str = "2026-03-02T11:00:00Z") -> dict[str, Any]:
    payload = {"uri": "https://api.calendly.com/invitees/1", "email": "jane@acme.com", "created_at": created_at}
    return {"event": event, "created_at": created_at, "payload": payload}


async def test_a_signed_body_that_is_no_event_waits(
    api: httpx.AsyncClient, clock: Clock, subtests: pytest.Subtests
) -> None:
    for body in [b"null", b"[null]", b'"\\u0000"', b'{"event": "\\u0000", "x": "\\ud800"}', b"1e999", b"[[]]"]:
        for connector in ["generic", "hubspot"]:
            with subtests.test(body=body, connector=connector):
                vendor = await connected(api, clock, connector, public_url=PUBLIC_URL)
                answer = await vendor.send(None, body=body)
                assert (answer.status_code, answer.json()["quarantined"]) == (200, 1)


async def test_what_a_lead_cannot_say_right_is_left_out_and_kept(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    contact = {"email": "jane@acme.com", "phone": "n/a", "job_title": "Head\nof Sales"}
    (capture_id,) = await vendor.captures(dict(LEAD) | {"contact": contact})
    (row,) = (await api.get("leads", params={"external_id": "generic:sub-1"})).json()["items"]
    (capture,) = (await api.get(f"leads/{row['lead_id']}")).json()["captures"]
    assert (capture["capture_id"], capture["texts"]["left_out"]["/person/phone"]) == (capture_id, "n/a")


async def test_handshakes_are_answered(api: httpx.AsyncClient, clock: Clock) -> None:
    facebook = await connected(api, clock, "facebook", verify_token="our-own-token")
    query = {"hub.mode": "subscribe", "hub.verify_token": "our-own-token", "hub.challenge": "1158201444"}
    answer = await api.get(f"webhooks/{facebook.connection_id}", params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert "X-Correlation-Id" in answer.headers
    wrong = await api.get(f"webhooks/{facebook.connection_id}", params=query | {"hub.verify_token": "another"})
    assert (wrong.status_code, wrong.json()["detail"]) == (403, "the verify token is wrong")
    zoom = await connected(api, clock, "zoom")
    validation = await zoom.send(
        {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}
    )
    assert validation.json()["plainToken"] == "qgg8vlvZRS6UYooatFL8Aw"


async def test_an_erasure_deletes_what_waits_and_mentions_the_person(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await generic(api, clock)
    taken = (await api.post("leads", json={"source": "other", "person": {"email": "Jane@acme.com"}})).json()
    answer = await vendor.send({"note": "from jane@acme.com, unreadable", "contact": {}})
    (row,) = await quarantined(api, answer)
    assert (await api.delete(f"people/{taken['person_id']}")).status_code == 202
    view = (await api.get(f"quarantine/{row['quarantine_id']}")).json()
    assert (view["status"], view["reason"], view["delivery"]) == ("discarded", "erased", None)
