"""Webhooks of a running service, with a real receiver that fails, hangs and closes."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from shared.web.callers import access
from shared.webhooks import dispatcher
from tests.running import connected, eventually
from tests.shared.webhooks.receiver import Behaviour, Request, receiving
from tests.shared.webhooks.scene import count, scene


def is_signed(request: Request, secret: str) -> bool:
    """Whether the library of Standard Webhooks accepts the signature, at whatever time it was made."""
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(request.message_id, at, request.body.decode())
    return expected in request.headers["webhook-signature"].split(" ")


def failing(times: int) -> Callable[[Request], Behaviour]:
    """The first attempts at each event fail."""
    seen: dict[str, int] = defaultdict(int)

    def behave(request: Request) -> Behaviour:
        seen[request.message_id] += 1
        return 500 if seen[request.message_id] <= times else 204

    return behave


async def test_events_come_signed_in_order_as_structured_cloudevents(database: str) -> None:
    async with scene(database) as here, receiving() as receiver:
        before = await here.opened("before.example")
        webhook, secret = await here.webhook(receiver, types=["opportunity.*"], description="our dialler")
        deal = await here.opened("acme.com")
        await here.changed(deal, "200")
        await here.changed(before, "300")
        await eventually(count(receiver, 3))
        feed = (await here.api.get("events", params={"after": 2})).json()["items"]
        assert sorted(receiver.ids) == sorted(event["id"] for event in feed)
        assert [request.event for request in receiver.requests if request.event["subject"] == deal] == feed[:2]
        for request in receiver.requests:
            assert is_signed(request, secret)
            assert request.headers["content-type"] == "application/cloudevents+json"
            assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
        view = await here.shown(webhook)
        assert (view["url"], view["types"], view["description"]) == (receiver.url, ["opportunity.*"], "our dialler")
        assert (view["enabled"], view["disabled_reason"], view["failing_since"]) == (True, None, None)
        listed = (await here.api.get("webhooks")).json()
        assert [each["webhook_id"] for each in listed["items"]] == [webhook]


async def test_a_failing_event_holds_back_its_stream_and_no_other(database: str) -> None:
    async with scene(database) as here, receiving(failing(2)) as receiver:
        first, second = await here.opened("one.example"), await here.opened("two.example")
        await here.webhook(receiver, types=["opportunity.amount_changed"])
        await here.changed(first, "1")
        await here.changed(first, "2")
        await here.changed(first, "3")
        await eventually(count(receiver, 1))
        await here.changed(second, "4")
        await eventually(count(receiver, 2))
        assert {request.event["subject"] for request in receiver.requests} == {first, second}

        async def all_delivered() -> bool:
            return await here.statuses() == ["delivered"] * 4

        await here.until(all_delivered, seconds=20)
        amounts = [each.event["data"]["amount"] for each in receiver.requests if each.event["subject"] == first]
        assert amounts == ["1.00"] * 3 + ["2.00"] * 3 + ["3.00"] * 3
        assert len(set(receiver.ids)) == 4


@pytest.mark.parametrize("behaviour", ["close", "cut", 302, 404, "HTTP/1.1 garbage"])
async def test_what_is_no_answer_from_200_to_299_is_tried_again_with_the_same_id(
    database: str, behaviour: Behaviour
) -> None:
    answers: list[Behaviour] = [behaviour, 200]
    async with scene(database) as here, receiving(lambda request: answers.pop(0)) as receiver:
        await here.webhook(receiver)
        await here.opened("acme.com")
        await here.until(count(receiver, 2), seconds=3)
        assert receiver.ids[0] == receiver.ids[1]
        assert receiver.requests[0].body == receiver.requests[1].body


async def test_a_receiver_that_asks_for_time_gets_it(database: str) -> None:
    busy = "HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with scene(database) as here, receiving(lambda request: busy) as receiver:
        await here.webhook(receiver)
        await here.opened("acme.com")

        async def is_failed() -> bool:
            return await here.statuses() == ["failed"]

        await eventually(is_failed)
        assert (await here.rows())[0].next_attempt_at == here.clock.now().replace(minute=10)


async def test_410_ends_the_subscription_and_its_owner_sees_why(database: str) -> None:
    async with scene(database) as here, receiving(lambda request: 410) as receiver:
        webhook, _ = await here.webhook(receiver)
        await here.opened("acme.com")

        async def is_disabled() -> bool:
            return (await here.shown(webhook))["enabled"] is False

        await eventually(is_disabled)
        assert (await here.shown(webhook))["disabled_reason"] == "gone"
        receiver.behave = lambda request: 200
        await here.opened("other.example")
        answer = await here.api.patch(f"webhooks/{webhook}", json={"enabled": True})
        assert answer.status_code == 200
        await here.until(count(receiver, 3), seconds=3)
        assert len(set(receiver.ids)) == 2


async def test_after_five_days_without_a_success_it_is_disabled(database: str) -> None:
    async with scene(database) as here, receiving(lambda request: 500) as receiver:
        webhook, _ = await here.webhook(receiver)
        await here.opened("acme.com")
        for failures, days in ((1, 4), (2, 1)):
            await eventually(here.has_failed(failures))
            assert (await here.shown(webhook))["enabled"] is True
            here.clock.pass_by(days=days, seconds=1)

        async def is_disabled() -> bool:
            reason: str | None = (await here.shown(webhook))["disabled_reason"]
            return reason == "failing"

        await eventually(is_disabled)


async def test_a_webhook_that_is_enabled_again_has_another_five_days(database: str) -> None:
    async with scene(database) as here, receiving(lambda request: 500) as receiver:
        webhook, _ = await here.webhook(receiver)
        await here.opened("acme.com")

        async def is_disabled() -> bool:
            return bool((await here.shown(webhook))["disabled_reason"] == "failing")

        await eventually(here.has_failed(1))
        here.clock.pass_by(days=5, seconds=1)
        await eventually(is_disabled)
        assert (await here.api.patch(f"webhooks/{webhook}", json={"enabled": True})).status_code == 200
        await here.until(here.has_failed(3), seconds=3)
        assert not await is_disabled()
        here.clock.pass_by(days=5, seconds=1)
        await eventually(is_disabled)


async def test_a_delivery_that_waits_is_dead_when_its_type_is_chosen_no_longer(database: str) -> None:
    async with scene(database) as here, receiving(lambda request: 500) as receiver:
        webhook, _ = await here.webhook(receiver)
        deal = await here.opened("acme.com")
        await eventually(here.has_failed(1))
        await here.changed(deal, "200")
        changes = {"types": ["opportunity.amount_changed"]}
        assert (await here.api.patch(f"webhooks/{webhook}", json=changes)).status_code == 200
        receiver.behave = lambda request: 200

        async def is_over() -> bool:
            return await here.statuses() == ["dead", "delivered"]

        await here.until(is_over, seconds=3)
        assert [each.event["data"]["amount"] for each in receiver.requests] == ["100.00", "200.00"]


async def test_after_eleven_failures_a_delivery_is_dead_and_its_stream_goes_on(database: str) -> None:
    def behave(request: Request) -> Behaviour:
        return 500 if request.event["data"]["amount"] == "1.00" else 200

    async with scene(database) as here, receiving(behave) as receiver:
        deal = await here.opened("acme.com")
        await here.webhook(receiver, types=["opportunity.amount_changed"])
        await here.changed(deal, "1")
        await here.changed(deal, "2")

        for failures in range(1, 11):
            await eventually(here.has_failed(failures))
            here.clock.instant = (await here.rows())[0].next_attempt_at

        async def is_over() -> bool:
            return await here.statuses() == ["dead", "delivered"]

        await eventually(is_over)
        assert [request.event["data"]["amount"] for request in receiver.requests] == ["1.00"] * 11 + ["2.00"]
        assert [row.failures for row in await here.rows()] == [11, 0]


async def test_a_webhook_ends_with_the_key_that_created_it(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotated key lives on."""
    monkeypatch.setattr(dispatcher, "KEYS_INTERVAL", 0.05)
    async with scene(database) as here, receiving() as receiver:
        key_id, new_id = UUID(int=7), UUID(int=8)
        async with connected(database) as engine:
            async with engine.begin() as tx:
                secret = await access.create(tx, key_id, "dialler", ["events:read"])
            owner = {"Authorization": f"Bearer {secret}"}
            made = await here.api.post("webhooks", json={"url": receiver.url}, headers=owner)
            webhook_id = made.json()["webhook_id"]
            async with engine.begin() as tx:
                await access.rotate(tx, key_id, new_id)
                await access.revoke(tx, key_id)
            await here.opened("acme.com")
            await eventually(count(receiver, 1))
            async with engine.begin() as tx:
                await access.revoke(tx, new_id)

        async def is_disabled() -> bool:
            return bool((await here.shown(webhook_id))["disabled_reason"] == "key_revoked")

        await eventually(is_disabled)
        await here.opened("beta.com")
        assert len(receiver.requests) == 1
