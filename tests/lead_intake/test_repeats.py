"""The same capture twice: by key, by external id, by a second click; one after the other, and at the same time."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.lead_intake.captures import JANE, WEBINAR
from tests.running import Clock, post_until_answered


async def post(api: httpx.AsyncClient, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    return await api.post("leads", json=body, headers={"Idempotency-Key": key} if key else {})


async def captures_of(api: httpx.AsyncClient, lead_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(f"leads/{lead_id}")).json()["captures"]
    return found


async def test_two_hundred_concurrent_repeats_of_one_key_are_one_event(api: httpx.AsyncClient) -> None:
    repeats = [post_until_answered(api, "leads", JANE, **{"Idempotency-Key": "k"}) for _ in range(200)]
    answers = await asyncio.gather(*repeats)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 199
    assert answers[0].json()["position"] == 1
    assert len(await captures_of(api, answers[0].json()["lead_id"])) == 1


async def test_a_key_with_another_body_is_refused(api: httpx.AsyncClient) -> None:
    await post(api, JANE, "k")
    assert (await post(api, JANE | WEBINAR, "k")).status_code == 422


async def test_two_keys_are_two_captures_though_they_say_the_same(api: httpx.AsyncClient) -> None:
    one, two = await post(api, JANE, "k1"), await post(api, JANE, "k2")
    assert (one.json()["position"], two.json()["position"]) == (1, 2)
    assert one.json()["capture_id"] != two.json()["capture_id"]


async def test_concurrent_posts_of_a_new_person_make_one_lead_with_all_captures(api: httpx.AsyncClient) -> None:
    bodies = [JANE | {"source": "other", "details": None, "source_detail": f"form {n}"} for n in range(20)]
    answers = [answer.json() for answer in await asyncio.gather(*(post(api, body) for body in bodies))]
    assert len({answer["lead_id"] for answer in answers}) == len({answer["person_id"] for answer in answers}) == 1
    assert len({answer["capture_id"] for answer in answers}) == 20
    assert sum(answer["created"] for answer in answers) == 1


async def test_a_double_click_is_one_capture(api: httpx.AsyncClient, clock: Clock) -> None:
    first = await post(api, JANE)
    clock.pass_by(seconds=60)
    second = await post(api, JANE)
    clock.pass_by(seconds=1)
    third = await post(api, JANE)
    assert (first.status_code, second.status_code, third.status_code) == (201, 200, 200)
    assert first.json()["capture_id"] == second.json()["capture_id"] != third.json()["capture_id"]
    assert [each.json()["position"] for each in (first, second, third)] == [1, 1, 2]


async def test_a_double_click_is_recognised_by_the_engagements_own_time(api: httpx.AsyncClient, clock: Clock) -> None:
    noon = clock.now()
    first = await post(api, JANE | {"occurred_at": (noon - timedelta(days=1)).isoformat()})
    clock.pass_by(hours=5)
    late = await post(api, JANE | {"occurred_at": (noon - timedelta(days=1, seconds=30)).isoformat()})
    assert late.json()["capture_id"] == first.json()["capture_id"]


async def test_the_same_external_id_and_body_are_one_capture_for_ever(api: httpx.AsyncClient, clock: Clock) -> None:
    named = JANE | {"external_id": "hubspot:42"}
    first = await post(api, named)
    clock.pass_by(days=400)
    again = await post(api, dict(reversed(named.items())), "with a key")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"created": False}


@pytest.mark.parametrize("change", [WEBINAR, {"person": {"email": "bob@acme.com"}}, {"occurred_at": None}])
async def test_an_external_id_with_another_body_is_refused_with_our_id(
    api: httpx.AsyncClient, clock: Clock, change: dict[str, Any]
) -> None:
    named = JANE | {"external_id": "hubspot:42", "occurred_at": clock.now().isoformat()}
    first = await post(api, named)
    other = await post(api, named | change)
    assert other.status_code == 409
    assert first.json()["lead_id"] in other.json()["detail"]


async def test_an_external_id_is_no_second_click_of_another(api: httpx.AsyncClient) -> None:
    answers = [await post(api, JANE | {"external_id": f"hubspot:{n}"}) for n in range(3)]
    assert [answer.json()["position"] for answer in answers] == [1, 2, 3]
    assert len({answer.json()["lead_id"] for answer in answers}) == 1


SWITCHBOARD = "+4930901820"


async def lead_of(api: httpx.AsyncClient, **person: str) -> str:
    response = await post(api, JANE | {"person": person})
    lead_id: str = response.json()["lead_id"]
    return lead_id


async def test_colleagues_behind_one_switchboard_are_as_many_people(api: httpx.AsyncClient) -> None:
    alone = await lead_of(api, phone=SWITCHBOARD)
    ada = await lead_of(api, phone=SWITCHBOARD, email="ada@acme.com")
    bob = await lead_of(api, phone=SWITCHBOARD, email="bob@acme.com")
    eve = await lead_of(api, phone=SWITCHBOARD, email="eve@acme.com")
    assert alone == ada
    assert len({ada, bob, eve}) == 3
    assert await lead_of(api, email="bob@acme.com") == bob


async def test_a_withdrawal_right_after_a_grant_counts(api: httpx.AsyncClient) -> None:
    consent = {"purpose": "newsletter", "text_version": "v1"}
    granted = await post(api, JANE | {"consent": consent | {"status": "granted"}})
    denied = await post(api, JANE | {"consent": consent | {"status": "denied"}})
    assert denied.json()["lead_id"] == granted.json()["lead_id"]
    lead = (await api.get(f"leads/{granted.json()['lead_id']}")).json()
    assert [each["status"] for each in lead["consents"]] == ["denied"]
    assert lead["captures"][1]["supplements"] == granted.json()["capture_id"]


async def test_a_phone_then_the_same_phone_with_an_address_is_one_person(api: httpx.AsyncClient) -> None:
    by_phone = await lead_of(api, phone="+4915112345678")
    both = await lead_of(api, phone="+4915112345678", email="ada@acme.com")
    assert by_phone == both == await lead_of(api, email="ada@acme.com")
