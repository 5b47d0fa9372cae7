"""`kill -9` of the process that sends to a webhook: every event arrives in the order of its stream, and one that
arrives again has its id and its body."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.crash.catalog import DELIVERY
from tests.crash.load import Clients, clients
from tests.crash.parking import restarted
from tests.crash.points import Point
from tests.crash.rest import Looks
from tests.crash.sweep import died_at
from tests.crash.system import in_one_process
from tests.running import LOCAL, eventually
from tests.shared.webhooks.receiver import ReceiverServer, Request, receiving

UNLUCKY = "refused.example"
"""The account of deals whose events the receiver refuses."""
CLAIM = 15.0
"""Seconds for which the claim of a process that was killed lasts."""
EVENTS = """
    SELECT event_id, stream, data ->> 'account' AS account FROM pipeline.events
    WHERE type LIKE 'opportunity.%' ORDER BY position"""
RECORDED = "SELECT count(*) FROM pipeline.webhook_deliveries WHERE status IN ('delivered', 'dead')"
LAST_ATTEMPT = """
    UPDATE pipeline.webhook_deliveries SET failures = 10, next_attempt_at = now() WHERE status = 'failed'
    RETURNING position"""
"""Makes failed deliveries due for their last attempt, as after three days."""
DEAD = next(point for point in DELIVERY if "dead" in point.name)
SENT_AGAIN = {"receiver answered, before the cursor", "webhook's cursor moved", "deliveries recorded, before COMMIT"}


def refuses_the_unlucky(request: Request) -> int:
    return 500 if request.event["data"]["account"] == UNLUCKY else 200


@dataclass
class Deliveries:
    """A system with one webhook. `begun`: how many commands were sent."""

    some: Clients
    looks: Looks
    receiver: ReceiverServer
    begun: int = 0
    seen: int = 0
    """Requests of the receiver before the round."""
    repeated: set[str] = field(default_factory=set)
    """Points after which something came again."""

    async def command(self, path: str, body: Mapping[str, Any]) -> Any:
        """Sent until it is answered, carried out once."""
        self.begun += 1
        headers = {"Idempotency-Key": f"kills-of-deliveries-{self.begun}"}
        answer = await self.some.until_answered("pipeline", "POST", path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def change_deal(self, account: str) -> None:
        """Two events of one stream."""
        deal = {"name": "Seats", "account": account, "owner": "ann", "motion": "new_business"}
        opened = await self.command("/opportunities", deal)
        amount = {"amount": {"amount": "7.00", "currency": "EUR"}}
        await self.command(f"/opportunities/{opened['opportunity_id']}/set-amount", amount)

    async def try_for_the_last_time(self) -> None:
        async def has_failed() -> bool:
            return bool(await self.looks.rows(LAST_ATTEMPT))

        await eventually(has_failed)

    async def all_came(self) -> None:
        ids = {str(event["event_id"]) for event in await self.looks.rows(EVENTS)}

        async def are_there() -> bool:
            return ids <= set(self.receiver.ids)

        await eventually(are_there, seconds=3 * CLAIM)

    async def all_are_recorded(self) -> None:
        """Whatever was sent when the sender was killed has been sent again by then."""
        events = await self.looks.rows(EVENTS)

        async def are_recorded() -> bool:
            return bool(await self.looks.one(RECORDED) == len(events))

        await eventually(are_recorded, seconds=3 * CLAIM)

    async def check(self) -> None:
        events = await self.looks.rows(EVENTS)
        assert set(self.receiver.ids) == {str(event["event_id"]) for event in events}, "an event that nobody wrote"
        bodies = {(request.message_id, request.body) for request in self.receiver.requests}
        assert len(bodies) == len(events), "an event came again with another body"
        for stream in {event["stream"] for event in events}:
            in_order = [str(event["event_id"]) for event in events if event["stream"] == stream]
            came = list(dict.fromkeys(each for each in self.receiver.ids if each in in_order))
            assert came == in_order, "out of order"

    def note_repeats(self, point: Point) -> None:
        came = self.receiver.ids[self.seen :]
        if len(set(came)) < len(came):
            self.repeated.add(point.name)
        self.seen = len(self.receiver.ids)


async def kill_at(each: Deliveries, member: Any, point: Point) -> None:
    account = UNLUCKY if point is DEAD else "taken.example"
    await restarted(member, f"--kill-at={point.name}")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(each.change_deal(account))
        if point is DEAD:
            await each.try_for_the_last_time()
        await died_at(member, point)
        await restarted(member)
    await each.all_are_recorded() if point is not DEAD else await dead_letters_follow(each)
    each.note_repeats(point)
    await each.check()


async def dead_letters_follow(each: Deliveries) -> None:
    """The first event is tried once more, since what was marked was not committed; then the second has its turn."""
    await each.all_came()
    (row, *_) = await each.looks.rows("SELECT failures, status FROM pipeline.webhook_deliveries WHERE status = 'dead'")
    assert tuple(row) == (11, "dead")


@pytest.mark.timeout(60 + 45 * len(DELIVERY))
async def test_nothing_is_lost_and_what_comes_again_has_its_id_wherever_the_sender_is_killed(tmp_path: Path) -> None:
    async with in_one_process(tmp_path) as system, receiving(refuses_the_unlucky) as receiver:
        system.env |= {"FUNNELCAST_WEBHOOK_HTTP": "true", "FUNNELCAST_WEBHOOK_NETWORKS": LOCAL}
        await system.serves()
        async with clients(system.addresses) as some:
            each = Deliveries(some, Looks(system.url), receiver)
            await each.command("/webhooks", {"url": receiver.url, "types": ["opportunity.*"]})
            for point in kill_order(DELIVERY):
                await kill_at(each, system.members["up"], point)
        assert each.repeated >= SENT_AGAIN
        print(f"{len(DELIVERY)} kills, {len(set(receiver.ids))} events in {len(receiver.ids)} requests, 0 lost")


def kill_order(points: Sequence[Point]) -> list[Point]:
    """The one that leaves a dead letter comes last: until then, no attempt fails."""
    return sorted(points, key=lambda point: point is DEAD)
