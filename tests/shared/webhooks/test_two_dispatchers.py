"""Two dispatchers at one webhook, and what a claim and a compared cursor are for: without either, these tests fail."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.target import TargetPolicy
from shared.web.outgoing.receivers import KeptReceivers, Outgoing
from shared.webhooks import batch, queue
from shared.webhooks.batch import DeliveryBatch
from shared.webhooks.subscriptions import Webhooks
from shared.webhooks.visible_events import visible_to_creator
from tests.running import connected
from tests.shared.webhooks.receiver import receiving
from tests.shared.webhooks.scene import Scene, scene

FIRST, SECOND = UUID(int=1), UUID(int=2)
TYPES = ["opportunity.opened"]


@dataclass
class Dispatchers:
    here: Scene
    engine: AsyncEngine

    async def take(self, holder: UUID) -> DeliveryBatch | None:
        async with self.engine.begin() as tx:
            webhooks = Webhooks()
            await webhooks.refresh(tx)
            (webhook,) = webhooks.all()
            await queue.begin(tx, webhook.webhook_id, 0)
            see = visible_to_creator(webhook.state, "pipeline", None)
            return await batch.take(tx, webhook, TYPES, see, holder, self.here.clock.now())

    async def send_and_record(self, taken: DeliveryBatch, holder: UUID) -> bool:
        receivers = KeptReceivers(Outgoing(TargetPolicy.of(True, "127.0.0.0/8"), self.here.clock.now))
        results = await batch.send(taken, "pipeline", receivers)
        receivers.close()
        async with self.engine.begin() as tx:
            return await batch.record(tx, taken, results, holder, self.here.clock.now())

    async def let_claims_expire(self) -> None:
        async with self.engine.begin() as tx:
            await tx.execute(text("UPDATE webhook_cursors SET held_until = clock_timestamp() - interval '1s'"))


@asynccontextmanager
async def dispatchers(database: str) -> AsyncIterator[Dispatchers]:
    async with scene(database, work=False) as here, receiving() as receiver:
        await here.webhook(receiver, from_position=0)
        await here.opened("acme.com")
        async with connected(database, search_path="pipeline") as engine:
            yield Dispatchers(here, engine)


def positions(taken: DeliveryBatch | None) -> Sequence[int]:
    return [] if taken is None else [delivery.event.position for delivery in taken.deliveries]


async def second_finds_the_claim(two: Dispatchers) -> None:
    assert len(positions(await two.take(FIRST))) == 1
    assert await two.take(SECOND) is None


async def first_records_nothing_after_the_second_took_over(two: Dispatchers) -> None:
    taken = await two.take(FIRST)
    await two.let_claims_expire()
    assert positions(await two.take(SECOND)) == positions(taken)
    assert taken is not None
    assert await two.send_and_record(taken, FIRST) is False
    assert await two.here.rows() == []


async def what_nobody_recorded_is_taken_again(two: Dispatchers) -> None:
    """The first one was killed after it had sent."""
    taken = await two.take(FIRST)
    await two.let_claims_expire()
    again = await two.take(SECOND)
    assert len(positions(again)) == 1
    assert positions(again) == positions(taken)
    assert again is not None
    assert await two.send_and_record(again, SECOND)
    assert await two.here.statuses() == ["delivered"]


@pytest.mark.parametrize(
    "scenario",
    [
        second_finds_the_claim,
        first_records_nothing_after_the_second_took_over,
        what_nobody_recorded_is_taken_again,
    ],
)
async def test_nothing_is_lost_and_two_never_hold_the_same_webhook(database: str, scenario: Any) -> None:
    async with dispatchers(database) as two:
        await scenario(two)


def claim_not_compared(patch: pytest.MonkeyPatch) -> None:
    everybody = "UPDATE webhook_cursors SET holder = :holder WHERE webhook_id = :webhook_id RETURNING position"
    patch.setattr(queue, "CLAIM", text(everybody).columns(position=BigInteger))


def cursor_not_compared(patch: pytest.MonkeyPatch) -> None:
    anyhow = queue.ADVANCE.text.replace("AND holder = :holder AND position = :position", "AND :position >= 0")
    patch.setattr(queue, "ADVANCE", text(anyhow).bindparams(bindparam("failed_at", type_=DateTime(timezone=True))))


def cursor_moved_before_the_answers(patch: pytest.MonkeyPatch) -> None:
    right = batch.take

    async def take(tx: Any, webhook: Any, types: Any, see: Any, holder: UUID, now: Any) -> DeliveryBatch | None:
        taken = await right(tx, webhook, types, see, holder, now)
        moved = text("UPDATE webhook_cursors SET position = :end WHERE webhook_id = :webhook_id")
        if taken is not None:
            await tx.execute(moved, {"end": taken.end, "webhook_id": webhook.webhook_id})
        return taken

    patch.setattr(batch, "take", take)


@pytest.mark.parametrize(
    ("bug", "scenario"),
    [
        (claim_not_compared, second_finds_the_claim),
        (cursor_not_compared, first_records_nothing_after_the_second_took_over),
        (cursor_moved_before_the_answers, what_nobody_recorded_is_taken_again),
    ],
)
async def test_a_planted_bug_is_seen(database: str, bug: Any, scenario: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    async with dispatchers(database) as two:
        with pytest.raises(AssertionError):
            await scenario(two)
