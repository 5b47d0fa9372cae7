"""Activities of known persons, and what they and others do to consent."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.lead_intake.lead import commands
from services.lead_intake.lead.events import ActivityRecorded, Consent, ConsentChanged
from tests.lead_intake.captures import JANE, first, given
from tests.lead_intake.connectors import deliveries
from tests.lead_intake.test_webhooks import connected, generic, quarantined
from tests.running import Clock
from tests.spec import NOON

NEWS: dict[str, Any] = {"list": "monthly"}
PERSON = {"email": "jane@acme.com"}
AT = "2026-03-02T11:00:00Z"


def unsubscribed(**changes: Any) -> commands.RecordActivity:
    fields = {"activity_id": "a1", "kind": "unsubscribed", "engaged_at": NOON, "external_id": None} | changes
    return commands.RecordActivity.model_validate(fields)


def consent(status: str, purpose: str = "news", text_version: str | None = None) -> dict[str, Any]:
    return {"status": status, "purpose": purpose, "text_version": text_version, "at": NOON - timedelta(hours=1)}


def test_an_unsubscription_denies_every_purpose_that_was_decided_on() -> None:
    history = [first(consent=consent("granted", "news", "v1"))]
    activity, *changes = given(*history).when(unsubscribed(purpose="offers")).decided()
    assert isinstance(activity, ActivityRecorded)
    denied = [change.consent for change in changes if isinstance(change, ConsentChanged)]
    assert [(one.purpose, one.status, one.at) for one in denied] == [
        ("news", "denied", NOON),
        ("offers", "denied", NOON),
    ]


def test_the_same_activity_again_adds_nothing() -> None:
    events = given(first()).when(unsubscribed(external_id="tool:1")).decided()
    assert (
        given(first(), *events).when(unsubscribed(external_id="tool:1", engaged_at=NOON + timedelta(hours=1))).decided()
        == []
    )
    events = given(first()).when(unsubscribed()).decided()
    assert given(first(), *events).when(unsubscribed(activity_id="a2")).decided() == []


def test_the_same_decision_again_adds_nothing() -> None:
    command = commands.ChangeConsent(consent=Consent.model_validate(consent("denied")))
    (event,) = given(first()).when(command).decided()
    assert given(first(), event).when(command).decided() == []


async def current(api: httpx.AsyncClient, person_id: str) -> str:
    (found,) = (await api.get(f"people/{person_id}")).json()["consents"]
    return str(found["status"])


async def test_consent_is_raised_by_an_explicit_grant_alone(api: httpx.AsyncClient, clock: Clock) -> None:
    """Pending; unsubscribed; granted without a text; nothing said; granted with a text."""
    newsletter = JANE | {"consent": {"status": "pending", "purpose": "news"}}
    person = (await api.post("leads", json=newsletter)).json()["person_id"]
    found = [await current(api, person)]
    clock.pass_by(minutes=2)
    now = clock.instant.isoformat()
    await api.post("activities", json={"person": PERSON, "kind": "unsubscribed", "occurred_at": now, "purpose": "news"})
    found.append(await current(api, person))
    for said in ({"status": "granted"}, None, {"status": "granted", "text_version": "v2"}):
        clock.pass_by(minutes=2)
        await api.post("leads", json=JANE | {"consent": {"purpose": "news"} | said if said else None})
        found.append(await current(api, person))
    assert found == ["pending", "denied", "denied", "denied", "granted"]
    history = (await api.get(f"people/{person}")).json()["consent_history"]
    assert [one["status"] for one in history] == ["pending", "denied", "granted", "granted"]


async def test_an_activity_of_nobody_known_is_a_404_and_makes_no_lead(api: httpx.AsyncClient) -> None:
    for who in ({"person": PERSON}, {"lead_id": "nobody"}):
        answer = await api.post("activities", json=who | {"kind": "unsubscribed", "occurred_at": AT})
        assert answer.status_code == 404
    assert (await api.get("leads")).json()["items"] == []


async def test_activities_are_shown_with_the_lead(api: httpx.AsyncClient) -> None:
    lead_id = (await api.post("leads", json=JANE)).json()["lead_id"]
    body = {"lead_id": lead_id, "kind": "page_viewed", "occurred_at": AT, "external_id": "site:1"}
    answers = [await api.post("activities", json=body) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    (activity,) = (await api.get(f"leads/{lead_id}")).json()["activities"]
    assert (activity["kind"], activity["engaged_at"], activity["external_id"]) == ("page_viewed", AT, "site:1")


async def test_a_bad_activity_is_pointed_at(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"occurred_at": "2030-01-01T00:00:00Z"}, "/occurred_at"),
        ({"kind": "phoned"}, "/kind"),
        ({"lead_id": "one too many"}, ""),
        ({"person": None}, ""),
    ]
    for changes, pointer in cases:
        with subtests.test(changes=changes, pointer=pointer):
            answer = await api.post(
                "activities", json={"person": PERSON, "kind": "bounced", "occurred_at": AT} | changes
            )
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_decision_is_recorded_with_its_evidence_out_of_the_events(api: httpx.AsyncClient) -> None:
    person = (await api.post("leads", json=JANE)).json()["person_id"]
    body = {"purpose": "news", "status": "denied", "evidence": "told Eve on the phone"}
    assert (await api.post(f"people/{person}/consents", json=body)).status_code == 200
    assert await current(api, person) == "denied"
    assert "told Eve" not in (await api.get("events")).text
    assert (await api.post("people/nobody/consents", json=body)).status_code == 404


async def test_an_unsubscription_by_a_webhook_counts_at_once(api: httpx.AsyncClient, clock: Clock) -> None:
    person = (
        await api.post("leads", json=JANE | {"consent": {"status": "granted", "purpose": "news", "text_version": "1"}})
    ).json()
    vendor = await connected(api, clock, "mailchimp")
    answer = await vendor.send(deliveries.MAILCHIMP | {"type": "unsubscribe"})
    assert answer.json() == {"captures": [], "activities": 1, "ignored": 0, "quarantined": 0}
    assert (await vendor.send(deliveries.MAILCHIMP | {"type": "unsubscribe"})).json() == answer.json()
    views = (await api.get(f"people/{person['person_id']}")).json()["consents"]
    assert {one["purpose"]: one["status"] for one in views}["news"] == "denied"


async def test_an_activity_that_comes_before_its_person_waits(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await connected(api, clock, "calendly")
    (row,) = await quarantined(api, await vendor.send(deliveries.CALENDLY | {"event": "invitee.canceled"}))
    assert row["reason"] == "not_taken"
    path = f"quarantine/{row['quarantine_id']}/release"
    assert (await api.post(path)).status_code == 409
    await (await generic(api, clock)).captures({"id": "1", "contact": {"email": "jane@acme.com"}})
    assert (await api.post(path)).json()["captures"] == []
    (lead,) = (await api.get("leads", params={"external_id": "generic:1"})).json()["items"]
    assert [one["kind"] for one in (await api.get(f"leads/{lead['lead_id']}")).json()["activities"]] == [
        "meeting_canceled"
    ]


async def test_an_unsubscription_that_comes_before_its_person_holds_when_the_person_comes(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    vendor = await connected(api, clock, "mailchimp")
    answer = await vendor.send(deliveries.MAILCHIMP | {"type": "unsubscribe"})
    assert answer.json() == {"captures": [], "activities": 1, "ignored": 0, "quarantined": 0}
    await (await generic(api, clock)).captures({"id": "1", "contact": {"email": "jane@acme.com"}})
    (lead,) = (await api.get("leads", params={"external_id": "generic:1"})).json()["items"]
    assert [one["kind"] for one in (await api.get(f"leads/{lead['lead_id']}")).json()["activities"]] == ["unsubscribed"]
