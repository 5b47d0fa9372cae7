"""An owner's work on a webhook: looking at deliveries, sending them again, a test, another secret."""

from typing import Any

import httpx

from tests.running import eventually, make_key
from tests.shared.webhooks.receiver import Behaviour, Request, receiving
from tests.shared.webhooks.scene import Scene, count, scene
from tests.shared.webhooks.test_deliveries import is_signed


async def listed(here: Scene, webhook: str, **query: Any) -> list[dict[str, Any]]:
    answer = await here.api.get(f"webhooks/{webhook}/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def replayed(here: Scene, webhook: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    return await here.api.post(f"webhooks/{webhook}/replay", json=body, headers=headers)


async def test_a_replay_from_zero_sends_every_event_with_its_id_in_order(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        deal = await here.opened("acme.com")
        for amount in ("1", "2", "3"):
            await here.changed(deal, amount)
        webhook, _ = await here.webhook(receiver, from_position=0)
        await eventually(count(receiver, 4))
        first = receiver.ids
        answer = await replayed(here, webhook, {"Idempotency-Key": "again"}, from_position=0)
        assert (answer.status_code, answer.json()) == (202, {"count": 4})
        await eventually(count(receiver, 8))
        assert receiver.ids == first * 2
        repeated = await replayed(here, webhook, {"Idempotency-Key": "again"}, from_position=0)
        assert (repeated.json(), repeated.headers["Idempotent-Replayed"]) == ({"count": 4}, "true")
        other = await replayed(here, webhook, {"Idempotency-Key": "again"}, from_position=1)
        assert other.status_code == 422
        last = (await replayed(here, webhook, from_position=4)).json()
        assert last == {"count": 1}
        await eventually(count(receiver, 9))
        assert receiver.ids[8:] == first[3:]
        assert (await replayed(here, webhook, from_position=1000)).status_code == 409
        assert (await replayed(here, webhook)).status_code == 422


async def test_a_replay_begins_at_an_instant(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        await here.opened("acme.com")
        webhook, _ = await here.webhook(receiver, from_position=0)
        await eventually(count(receiver, 1))
        recorded = (await here.api.get("events")).json()["items"][0]["recordedtime"]
        assert (await replayed(here, webhook, since=recorded)).json() == {"count": 1}
        await eventually(count(receiver, 2))
        assert (await replayed(here, webhook, since="2199-01-01T00:00:00Z")).json() == {"count": 0}


async def test_a_replay_that_says_nothing_is_refused_and_sends_nothing_again(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        webhook, _ = await here.webhook(receiver)
        nothing = {"from_position": None, "since": None, "status": None}
        for body in ({}, *({name: None} for name in nothing), nothing):
            answer = await replayed(here, webhook, **body)
            assert answer.status_code == 422, body
            assert "one of from_position, since and status is needed" in answer.text


async def test_dead_letters_are_listed_and_sent_again_in_order(database: str) -> None:
    is_down = True

    def behave(request: Request) -> Behaviour:
        return 500 if is_down and request.event["type"] == "opportunity.amount_changed" else 200

    async with scene(database) as here, receiving(behave) as receiver:
        deal = await here.opened("acme.com")
        webhook, _ = await here.webhook(receiver, types=["opportunity.amount_changed"])
        await here.changed(deal, "1")
        await here.changed(deal, "2")
        for failures in range(1, 11):
            await eventually(here.has_failed(failures))
            here.clock.instant = (await here.rows())[0].next_attempt_at
        await eventually(here.has_failed(11))
        dead = (await listed(here, webhook, status="dead"))[0]
        assert [attempt["status"] for attempt in dead["attempts"]] == [500] * 11
        assert (dead["type"], dead["subject"], dead["next_attempt"]) == ("opportunity.amount_changed", deal, None)
        is_down = False
        assert (await replayed(here, webhook, status="dead")).json() == {"count": 1}

        async def all_delivered() -> bool:
            return await here.statuses() == ["delivered"] * 2

        await eventually(all_delivered)
        assert [request.event["data"]["amount"] for request in receiver.requests[-2:]] == ["1.00", "2.00"]
        delivered = await listed(here, webhook, limit=1)
        assert (delivered[0]["status"], delivered[0]["event_id"]) == ("delivered", receiver.ids[-1])
        assert await listed(here, webhook, status="dead") == []


async def test_a_test_is_sent_at_once_and_its_outcome_shown(database: str) -> None:
    answers: list[Behaviour] = [200, 500]
    async with scene(database) as here, receiving(lambda request: answers.pop(0)) as receiver:
        webhook, secret = await here.webhook(receiver)
        good = (await here.api.post(f"webhooks/{webhook}/test")).json()
        assert (good["delivered"], good["status"], good["error"]) == (True, 200, None)
        assert receiver.ids == [good["event_id"]]
        assert receiver.requests[0].event["type"] == "webhook.test"
        assert is_signed(receiver.requests[0], secret)
        bad = (await here.api.post(f"webhooks/{webhook}/test")).json()
        assert (bad["delivered"], bad["status"]) == (False, 500)
        assert await here.rows() == []


async def test_after_a_rotation_both_secrets_sign_for_a_day(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        webhook, old = await here.webhook(receiver)
        new = (await here.api.post(f"webhooks/{webhook}/rotate-secret")).json()["secret"]
        await here.opened("acme.com")
        await eventually(count(receiver, 1))
        assert is_signed(receiver.requests[0], old)
        assert is_signed(receiver.requests[0], new)
        here.clock.pass_by(hours=24, seconds=1)
        await here.opened("other.example")
        await eventually(count(receiver, 2))
        assert not is_signed(receiver.requests[1], old)
        assert is_signed(receiver.requests[1], new)


async def test_a_slow_receiver_delays_only_itself(database: str) -> None:
    async with scene(database) as here, receiving(lambda request: "hang") as slow, receiving() as quick:
        await here.webhook(slow)
        await here.webhook(quick)
        await here.opened("one.example")
        await eventually(count(slow, 1))
        await here.opened("two.example")
        await eventually(count(quick, 2))
        assert len(slow.requests) == 1


async def test_a_webhook_of_another_key_is_404(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        key = await make_key(database, ["events:read"])
        other = {"Authorization": f"Bearer {key}"}
        webhook, _ = await here.webhook(receiver)
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/test")):
            answer = await here.api.request(method, f"webhooks/{webhook}{path}", headers=other)
            assert answer.status_code == 404, path
        assert (await here.api.get("webhooks", headers=other)).json()["items"] == []
        own = await here.api.post("webhooks", json={"url": receiver.url}, headers=other)
        assert own.status_code == 201
        shown = (await here.api.get("webhooks", headers=other)).json()["items"]
        assert [each["webhook_id"] for each in shown] == [own.json()["webhook_id"]]
        assert len((await here.api.get("webhooks")).json()["items"]) == 2


async def test_a_removed_webhook_is_gone_with_its_address_and_secret(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        webhook, _ = await here.webhook(receiver)
        await here.opened("acme.com")
        await eventually(count(receiver, 1))
        assert (await here.api.delete(f"webhooks/{webhook}")).status_code == 200
        assert (await here.api.get(f"webhooks/{webhook}")).status_code == 404

        async def is_forgotten() -> bool:
            return await here.rows() == []

        await eventually(is_forgotten)


async def test_refusals_name_the_field(database: str) -> None:
    async with scene(database) as here:
        good = "http://127.0.0.1:9/hook"
        for body, pointer in (
            ({"url": "https://10.0.0.1/hook"}, "/url"),
            ({"url": "https://user@127.0.0.1/"}, "/url"),
            ({"url": "ftp://receiver.example/"}, "/url"),
            ({"url": "http://127.0.0.1:0/hook"}, "/url"),
            ({"url": good, "types": ["opportunity.*", "lead.*"]}, "/types/1"),
            ({"url": good, "types": []}, "/types"),
            ({"url": good, "from_position": -1}, "/from_position"),
            ({"url": good, "color": "red"}, "/color"),
        ):
            answer = await here.api.post("webhooks", json=body)
            assert answer.status_code == 422, body
            assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
