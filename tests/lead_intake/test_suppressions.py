"""The suppression of an unknown address holds when the person comes, and again after an erasure."""

from datetime import timedelta
from typing import Any

import httpx

from services.lead_intake.lead import events
from services.lead_intake.lead.context import Context
from services.lead_intake.lead.decider import DECIDER as LEAD
from services.lead_intake.lead.decider import decide
from services.lead_intake.lead.state import NotExisting
from services.lead_intake.suppression.commands import SuppressAddress
from services.lead_intake.suppression.decider import DECIDER
from services.lead_intake.suppression.events import AddressSuppressed
from services.lead_intake.suppression.state import Suppression
from tests.lead_intake.captures import WEBINAR, record
from tests.lead_intake.test_activities import consent
from tests.lead_intake.test_routes import captured
from tests.running import Clock
from tests.spec import NOON, Given

UNSUBSCRIBED = AddressSuppressed(activity_id="a1", kind="unsubscribed", engaged_at=NOON)
SUPPRESS = SuppressAddress(activity_id="a1", kind="unsubscribed", engaged_at=NOON)


def test_the_same_activity_again_adds_nothing() -> None:
    Given(DECIDER).when(SUPPRESS).then(UNSUBSCRIBED)
    Given(DECIDER, [UNSUBSCRIBED]).when(SUPPRESS.model_copy(update={"activity_id": "a2"})).then()
    later = SUPPRESS.model_copy(update={"engaged_at": NOON + timedelta(hours=1)})
    assert len(Given(DECIDER, [UNSUBSCRIBED]).when(later).decided()) == 1


def test_a_first_capture_is_followed_by_the_denial_and_a_second_one_by_nothing() -> None:
    context = Context(suppression=Suppression((UNSUBSCRIBED,)))
    first, activity, *denials = decide(NotExisting(), record(consent=consent("granted")), NOON, context)
    assert isinstance(first, events.LeadCaptured)
    assert isinstance(activity, events.ActivityRecorded)
    denied = [each.consent for each in denials if isinstance(each, events.ConsentChanged)]
    assert {(each.purpose, each.status) for each in denied} == {("news", "denied"), ("marketing", "denied")}
    state = LEAD.fold((event, NOON) for event in (first, activity, *denials))
    (second,) = decide(state, record("c2", **WEBINAR), NOON, context)
    assert isinstance(second, events.EngagementAdded)


ADA = {"email": "ada@acme.com"}


async def activity(api: httpx.AsyncClient, kind: str, **more: Any) -> httpx.Response:
    body = {"person": {"email": "Ada@ACME.com"}, "kind": kind, "occurred_at": "2026-03-02T11:00:00Z"}
    return await api.post("activities", json=body | more)


async def consents(api: httpx.AsyncClient, person_id: str) -> dict[str, str]:
    found = (await api.get(f"people/{person_id}")).json()["consents"]
    return {each["purpose"]: each["status"] for each in found}


async def test_an_unknown_unsubscription_makes_no_lead_and_holds_when_the_person_comes(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    assert (await activity(api, "unsubscribed", purpose="news")).status_code == 404
    assert (await activity(api, "page_viewed")).status_code == 404
    assert (await api.get("leads")).json()["items"] == []
    granted = {"status": "granted", "purpose": "news"}
    ada = await captured(api, person=ADA, consent=granted)
    assert await consents(api, ada["person_id"]) == {"news": "denied"}
    kinds = [each["kind"] for each in (await api.get(f"leads/{ada['lead_id']}")).json()["activities"]]
    assert kinds == ["unsubscribed"]
    clock.pass_by(hours=1)
    await captured(api, **WEBINAR, person=ADA, consent=granted | {"text_version": "2"})
    assert await consents(api, ada["person_id"]) == {"news": "granted"}


async def test_a_suppression_survives_the_erasure_of_the_person(api: httpx.AsyncClient) -> None:
    await activity(api, "unsubscribed")
    first = await captured(api, person=ADA)
    await api.delete(f"people/{first['person_id']}")
    again = await captured(api, person=ADA)
    assert again["person_id"] != first["person_id"]
    assert await consents(api, again["person_id"]) == {"marketing": "denied"}


async def test_an_unsubscription_of_a_known_person_survives_the_erasure_too(api: httpx.AsyncClient) -> None:
    first = await captured(api, person=ADA, consent={"status": "granted", "purpose": "news"})
    await activity(api, "page_viewed")
    await activity(api, "unsubscribed")
    await api.delete(f"people/{first['person_id']}")
    again = await captured(api, person=ADA, consent={"status": "granted", "purpose": "news"})
    assert again["person_id"] != first["person_id"]
    assert await consents(api, again["person_id"]) == {"marketing": "denied", "news": "denied"}
    kinds = [each["kind"] for each in (await api.get(f"leads/{again['lead_id']}")).json()["activities"]]
    assert kinds == ["unsubscribed"]
    await api.delete(f"people/{again['person_id']}")
    third = await captured(api, person=ADA, consent={"status": "granted", "purpose": "news", "text_version": "2"})
    assert (await consents(api, third["person_id"]))["news"] == "granted"


async def test_a_bounce_is_kept_too_and_of_nobody_else(api: httpx.AsyncClient) -> None:
    await activity(api, "bounced")
    bob = await captured(api, person={"email": "bob@acme.com"})
    ada = await captured(api, person=ADA)
    assert (await api.get(f"leads/{bob['lead_id']}")).json()["activities"] == []
    (bounced,) = (await api.get(f"leads/{ada['lead_id']}")).json()["activities"]
    assert (bounced["kind"], bounced["engaged_at"]) == ("bounced", "2026-03-02T11:00:00Z")
