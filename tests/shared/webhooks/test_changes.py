"""A webhook that was changed: what happens from then on is sent by the change, although the dispatcher is at work."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.service import SERVICE
from shared.rules.target import TargetPolicy
from shared.store.signal import Signal
from shared.web.outgoing.receivers import Outgoing
from shared.webhooks.dispatcher import Dispatcher
from shared.webhooks.faults import Faults
from shared.webhooks.subscriptions import Webhooks
from tests.running import connected
from tests.shared.webhooks.receiver import ReceiverServer, receiving
from tests.shared.webhooks.scene import Scene, scene


@dataclass
class Changing:
    """A dispatcher that knows the webhook as it was created."""

    here: Scene
    dispatcher: Dispatcher
    webhook_id: str
    receiver: ReceiverServer

    async def change(self, changes: Mapping[str, Any]) -> None:
        answer = await self.here.api.patch(f"webhooks/{self.webhook_id}", json=changes)
        assert answer.status_code == 200, answer.text

    async def is_ready(self) -> bool:
        return [each.webhook_id for each in await self.dispatcher.find_ready()] == [self.webhook_id]


@asynccontextmanager
async def changing(database: str) -> AsyncIterator[Changing]:
    async with scene(database, work=False) as here, receiving() as receiver:
        webhook_id, _ = await here.webhook(receiver)
        async with connected(database, search_path="pipeline") as engine:
            outgoing = Outgoing(TargetPolicy.of(True, "127.0.0.0/8"), here.clock.now)
            faults = Faults(Counter("faults", "Of this test", registry=None))
            arguments = engine, outgoing, here.clock.clock_and_ids(), Signal()
            dispatcher = Dispatcher("pipeline", SERVICE.public, *arguments, faults)
            await dispatcher.find_ready()
            yield Changing(here, dispatcher, webhook_id, receiver)
            dispatcher.receivers.close()


async def type_is_not_sent_any_more(its: Changing) -> None:
    await its.change({"types": ["opportunity.amount_changed"]})
    deal = await its.here.opened("acme.com")
    await its.here.changed(deal, "200")
    await its.dispatcher.deliver(its.webhook_id)
    assert await its.is_ready()
    await its.dispatcher.deliver(its.webhook_id)
    assert [request.event["type"] for request in its.receiver.requests] == ["opportunity.amount_changed"]


async def other_address_gets_what_follows(its: Changing) -> None:
    async with receiving() as other:
        await its.change({"url": other.url})
        await its.here.opened("acme.com")
        await its.dispatcher.deliver(its.webhook_id)
        assert await its.is_ready()
        await its.dispatcher.deliver(its.webhook_id)
        assert (len(its.receiver.requests), len(other.requests)) == (0, 1)


async def nothing_is_sent_while_disabled(its: Changing) -> None:
    await its.change({"enabled": False})
    await its.here.opened("acme.com")
    await its.dispatcher.deliver(its.webhook_id)
    assert not await its.is_ready()
    assert its.receiver.requests == []


async def nothing_is_sent_after_a_removal(its: Changing) -> None:
    assert (await its.here.api.delete(f"webhooks/{its.webhook_id}")).status_code == 200
    await its.here.opened("acme.com")
    await its.dispatcher.deliver(its.webhook_id)
    assert not await its.is_ready()
    assert its.receiver.requests == []


SCENARIOS = [
    type_is_not_sent_any_more,
    other_address_gets_what_follows,
    nothing_is_sent_while_disabled,
    nothing_is_sent_after_a_removal,
]


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_what_follows_a_change_is_sent_by_it(database: str, scenario: Any) -> None:
    async with changing(database) as its:
        await scenario(its)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_planted_bug_is_seen(database: str, scenario: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is read without a look for changes."""

    async def are_behind(webhooks: Webhooks, tx: AsyncConnection) -> bool:
        return False

    monkeypatch.setattr(Webhooks, "are_behind", are_behind)
    async with changing(database) as its:
        with pytest.raises(AssertionError):
            await scenario(its)
