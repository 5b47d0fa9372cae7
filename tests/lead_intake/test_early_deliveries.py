"""Early elements, about a person before the first capture, count as if they had come after it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests.lead_intake.connectors.deliveries import FACEBOOK_HOOK, FACEBOOK_LEAD, HUBSPOT_CONTACT, HUBSPOT_EVENT
from tests.lead_intake.connectors.signing import PUBLIC_URL
from tests.lead_intake.test_webhooks import connected, quarantined
from tests.running import Clock, fresh

EARLIER = "2026-03-02T11:00:00Z"
LATER = "2026-03-02T11:30:00Z"
FIELDS = {"source": "newsletter", "details": {"list": "monthly"}, "occurred_at": EARLIER}
CONSENT = {"consent": {"status": "granted", "purpose": "news", "text_version": "v1"}}


def call(kind: str, email: str, **more: Any) -> dict[str, Any]:
    """A call of Segment."""
    message = {"type": kind, "messageId": f"{kind}-{email}", "timestamp": LATER, "traits": {"email": email}}
    return message | more


def click(email: str, number: int = 0) -> dict[str, Any]:
    return call("track", email, event="Email Link Clicked", messageId=f"click-{number}-{email}")


def profile(email: str) -> dict[str, Any]:
    return call("identify", email, traits={"email": email, "last_name": "Müller", "title": "Head of Sales"})


def unsubscribed(email: str) -> dict[str, Any]:
    return call("track", email, event="Unsubscribed", messageId=f"unsubscribed-{email}")


def upemail(old: str, new: str) -> dict[str, Any]:
    data = {"list_id": "a6", "new_id": "51", "new_email": new, "old_email": old}
    return {"type": "upemail", "fired_at": "2026-03-02 11:40:00", "data": data}


async def post(api: httpx.AsyncClient, email: str) -> None:
    answer = await api.post("leads", json={**FIELDS, **CONSENT, "person": {"email": email}})
    assert answer.status_code in (200, 201), answer.text


async def post_leniently(api: httpx.AsyncClient, email: str) -> None:
    person = {"email": email, "phone": "n/a"}
    headers = {"Prefer": "handling=lenient"}
    answer = await api.post("leads", json={**FIELDS, **CONSENT, "person": person}, headers=headers)
    assert answer.status_code in (200, 201), answer.text


async def post_in_a_batch(api: httpx.AsyncClient, email: str) -> None:
    line = json.dumps({**FIELDS, **CONSENT, "person": {"email": email}})
    answer = await api.post("leads/batch", content=line, headers={"Content-Type": "application/x-ndjson"})
    assert json.loads(answer.text.splitlines()[-1])["failed"] == 0, answer.text


async def post_a_form(api: httpx.AsyncClient, email: str) -> None:
    assert (await api.post("forms/news", data={"mail": email, "agree": "yes"})).status_code == 200


OTHER_WAYS = (post_leniently, post_in_a_batch, post_a_form)
WAYS = (post, *(pytest.param(way, marks=pytest.mark.thorough) for way in OTHER_WAYS))


async def shown(api: httpx.AsyncClient, email: str) -> Mapping[str, Any]:
    """The fields that must not depend on the order of arrival."""
    (person,) = (await api.post("people/lookup", json={"email": email})).json()["items"]
    (lead_id,) = person["lead_ids"]
    lead = (await api.get(f"leads/{lead_id}")).json()
    return {
        "captures": [(each["source"], each["engaged_at"]) for each in lead["captures"]],
        "activities": sorted((each["kind"], each["engaged_at"]) for each in lead["activities"]),
        "consents": lead["consents"],
        "last_name": lead["person"]["last_name"],
    }


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_every_order_of_arrival_gives_the_same_lead(
    api: httpx.AsyncClient, clock: Clock, way: Callable[[httpx.AsyncClient, str], Awaitable[None]]
) -> None:
    settings = {"source": "newsletter", "fields": {"mail": "email", "agree": "consent"}, "origins": []}
    await api.put("forms/news", json=settings | {"consent": {"purpose": "news", "text_version": "v1"}})
    segment = await connected(api, clock, "segment")
    found = []
    for number, order in enumerate(permutations((None, click, profile, unsubscribed))):
        email = f"jane-{number}@acme.com"
        for fact in order:
            if fact is None:
                await way(api, email)
            else:
                assert (await segment.send(fact(email))).status_code == 200
        found.append(await shown(api, email))
    assert [kind for kind, _ in found[0]["activities"]] == ["email_clicked", "unsubscribed"]
    consents = {consent["purpose"]: consent["status"] for consent in found[0]["consents"]}
    assert consents["news"] == ("granted" if way is post_a_form else "denied")
    assert found[0]["last_name"] == "Müller"
    assert all(each == found[0] for each in found)
    assert await quarantined(api) == []


async def test_what_is_delivered_at_the_same_time_waits_and_is_recorded_whole(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    segment = await connected(api, clock, "segment")
    email, clicks = "jane@acme.com", range(20)
    batch = await segment.send({"batch": [click(email, number) for number in clicks[:10]]})
    assert batch.json()["quarantined"] == 10
    await asyncio.gather(*(segment.send(click(email, number)) for number in clicks[10:]))
    await post(api, email)
    assert len((await shown(api, email))["activities"]) == len(clicks)
    assert await quarantined(api) == []


async def test_a_capture_amid_its_deliveries_misses_none(api: httpx.AsyncClient, clock: Clock) -> None:
    segment = await connected(api, clock, "segment")
    for attempt in range(10):
        email = f"jane-{attempt}@acme.com"
        sent = [segment.send(click(email, number)) for number in range(6)]
        await asyncio.gather(*sent[:3], post(api, email), *sent[3:])
        assert len((await shown(api, email))["activities"]) == len(sent)
    assert await quarantined(api) == []


async def test_an_address_that_an_early_change_makes_known_brings_what_waits_for_it(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    mailchimp, segment = await connected(api, clock, "mailchimp"), await connected(api, clock, "segment")
    await segment.send(click("jane@new.example"))
    await mailchimp.send(upemail("jane@acme.com", "jane@new.example"))
    assert len(await quarantined(api)) == 2
    await post(api, "jane@acme.com")
    lead = await shown(api, "jane@new.example")
    assert (lead["activities"], await quarantined(api)) == ([("email_clicked", LATER)], [])


async def test_a_read_after_the_capture_sees_what_waited(api: httpx.AsyncClient, clock: Clock) -> None:
    segment = await connected(api, clock, "segment")
    await segment.send(click("jane@acme.com"))
    headers = {"Idempotency-Key": "once"}
    body = {**FIELDS, "person": {"email": "jane@acme.com"}}
    first = await api.post("leads", json=body, headers=headers)
    again = await api.post("leads", json=body, headers=headers)
    assert int(first.headers["X-Position"].partition(":")[2]) > first.json()["position"]
    assert again.json() == first.json()


async def test_what_waits_for_an_erased_person_reaches_nobody_who_comes_later(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    segment = await connected(api, clock, "segment")
    await post(api, "jane@acme.com")
    (jane,) = (await api.post("people/lookup", json={"email": "jane@acme.com"})).json()["items"]
    await segment.send(click("jane@acme.com"))
    assert (await api.delete(f"people/{jane['person_id']}")).status_code == 202
    await post(api, "jane@acme.com")
    assert (await shown(api, "jane@acme.com"))["activities"] == []


async def test_an_opt_out_by_the_vendors_id_counts_whether_it_comes_before_the_contact_or_after(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    hubspot = await connected(api, clock, "hubspot", public_url=PUBLIC_URL)
    (waits,) = await quarantined(api, await hubspot.send([HUBSPOT_EVENT]))
    assert waits["reason"] == "needs_lookup"
    await hubspot.send(HUBSPOT_CONTACT)
    before = (await shown(api, "jane@acme.com"))["activities"]
    await hubspot.send([HUBSPOT_EVENT | {"eventId": 2, "occurredAt": HUBSPOT_EVENT["occurredAt"] + 1000}])
    after = (await shown(api, "jane@acme.com"))["activities"]
    assert [kind for kind, _ in before] == ["unsubscribed"]
    assert [kind for kind, _ in after] == ["unsubscribed"] * 2
    assert await quarantined(api) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_hook_and_the_body_that_a_tool_reads_back_meet_in_any_order(
    api: httpx.AsyncClient, clock: Clock, order: tuple[int, ...]
) -> None:
    first, second = [await connected(api, clock, "facebook") for _ in range(2)]
    sent: list[Callable[[], Awaitable[httpx.Response]]] = [
        lambda: first.send(FACEBOOK_HOOK),
        lambda: second.send(FACEBOOK_HOOK),
        lambda: first.send(FACEBOOK_LEAD),
    ]
    answers = [await sent[number]() for number in order]
    assert await quarantined(api, answers[-1]) == []
    assert [source for source, _ in (await shown(api, "jane@acme.com"))["captures"]] == ["paid"]


async def test_the_body_may_be_posted_as_a_lead(api: httpx.AsyncClient, clock: Clock) -> None:
    facebook = await connected(api, clock, "facebook")
    (waits,) = await quarantined(api, await facebook.send(FACEBOOK_HOOK))
    body = {"source": "paid", "person": {"email": "jane@acme.com"}, "external_id": "facebook:444444444444"}
    capture_id = (await api.post("leads", json=body)).json()["capture_id"]
    view = (await api.get(f"quarantine/{waits['quarantine_id']}")).json()
    assert (view["status"], view["capture_ids"]) == ("released", [capture_id])


async def test_a_page_of_a_user_whom_an_id_alone_names_counts_once_the_id_is_known(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    """Of an unknown id it is not kept: a product's users open many pages, and few of them are leads."""
    segment = await connected(api, clock, "segment", kinds={"Signed Up": {"source": "contact_form"}})
    page = {"type": "page", "userId": "u-7", "timestamp": LATER}
    early = (await segment.send(page | {"messageId": "page-1"})).json()
    assert (early["activities"], early["ignored"], early["quarantined"]) == (0, 1, 0)
    assert len(await segment.captures(call("track", "jane@acme.com", event="Signed Up", userId="u-7"))) == 1
    once, again = [await segment.send(page | {"messageId": "page-2"}) for _ in range(2)]
    assert once.json()["activities"] == again.json()["activities"] == 1
    (lead,) = (await api.get("leads", headers=fresh(once))).json()["items"]
    shown = (await api.get(f"leads/{lead['lead_id']}")).json()
    assert [each["kind"] for each in shown["activities"]] == ["page_viewed"]
