"""Deliveries about a known person: another address, other data, erasure."""

from typing import Any

import httpx

from services.lead_intake.lead import commands, events
from services.lead_intake.lead.capture_body import PersonInput
from tests.lead_intake.captures import first, given
from tests.lead_intake.connectors import deliveries
from tests.lead_intake.connectors.deliveries import HUBSPOT_CONTACT, HUBSPOT_EVENT, UPEMAIL
from tests.lead_intake.connectors.signing import PUBLIC_URL
from tests.lead_intake.test_routes import captured
from tests.lead_intake.test_webhooks import Vendor, connected, quarantined
from tests.running import Clock, fresh
from tests.spec import NOON

PROFILE: dict[str, Any] = deliveries.MAILCHIMP | {"type": "profile"}
CHANGE = commands.ChangeProfile(
    person=PersonInput.model_validate({"email": "jane@new.example", "job_title": "Head of Sales"}),
    changed_at=NOON,
    external_id="mailchimp:1",
)
ONE_DONE = {"captures": [], "activities": 1, "ignored": 0, "quarantined": 0}


def test_a_change_is_recorded_once_without_personal_data() -> None:
    (changed,) = given(first()).when(CHANGE).decided()
    assert isinstance(changed, events.ProfileChanged)
    assert (changed.person_id, changed.role_class) == ("p1", "director")
    assert changed.person.value == {"email": "jane@new.example", "job_title": "Head of Sales"}
    given(first(), changed).when(CHANGE).then()
    given().when(CHANGE).missing("no such lead")


async def mailchimp_and_jane(api: httpx.AsyncClient, clock: Clock) -> tuple[Vendor, dict[str, Any]]:
    jane = await captured(api, person={"email": "jane@acme.com", "first_name": "Jane"})
    return await connected(api, clock, "mailchimp"), jane


async def test_a_person_is_reached_by_the_new_address_and_by_the_old_one(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor, jane = await mailchimp_and_jane(api, clock)
    for _ in range(2):
        assert (await vendor.send(UPEMAIL)).json() == ONE_DONE
    for email in ("jane@new.example", "jane@acme.com"):
        webinar = {"source": "webinar", "details": {"webinar_id": "w1", "attended": True}}
        again = await captured(api, **webinar, person={"email": email})
        assert again["lead_id"] == jane["lead_id"]
    (found,) = (await api.post("people/lookup", json={"email": "jane@new.example"})).json()["items"]
    assert found["person_id"] == jane["person_id"]
    assert (await api.delete(f"people/{jane['person_id']}")).status_code == 202
    assert (await api.post("people/lookup", json={"email": "jane@new.example"})).json()["items"] == []


async def test_an_address_of_another_lead_waits_for_a_person_to_decide(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor, _ = await mailchimp_and_jane(api, clock)
    await captured(api, person={"email": "jane@new.example"})
    (row,) = await quarantined(api, await vendor.send(UPEMAIL))
    assert (row["reason"], "merge the two" in row["detail"]) == ("not_taken", True)


async def test_other_data_of_a_person_is_shown_and_that_of_nobody_waits(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await connected(api, clock, "mailchimp")
    (row,) = await quarantined(api, await vendor.send(PROFILE))
    assert row["reason"] == "not_taken"
    jane = await captured(api, person={"email": "jane@acme.com", "first_name": "J."})
    released = await api.post(f"quarantine/{row['quarantine_id']}/release")
    assert released.status_code == 200, released.text
    person = (await api.get(f"people/{jane['person_id']}")).json()
    assert (person["first_name"], person["last_name"], person["email"]) == ("Jane", "Müller", "jane@acme.com")
    exported = (await api.get(f"people/{jane['person_id']}/export")).json()
    assert exported["person"]["last_name"] == "Müller"


async def test_a_vendors_erasure_erases_the_person_whom_it_captured(api: httpx.AsyncClient, clock: Clock) -> None:
    vendor = await connected(api, clock, "hubspot", public_url=PUBLIC_URL)
    erasure = HUBSPOT_EVENT | {"subscriptionType": "contact.privacyDeletion"}
    (row,) = await quarantined(api, await vendor.send([erasure]))
    assert row["reason"] == "not_taken"
    taken = await vendor.send(HUBSPOT_CONTACT)
    (lead,) = (await api.get("leads", headers=fresh(taken))).json()["items"]
    assert (await api.post(f"quarantine/{row['quarantine_id']}/release")).status_code == 200
    assert (await api.get(f"people/{lead['person_id']}")).status_code == 404
    assert (await api.get(f"leads/{lead['lead_id']}")).json()["erased"] is True
