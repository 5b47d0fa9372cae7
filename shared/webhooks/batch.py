"""One batch of deliveries to one webhook: claimed, sent, recorded.

A batch is claimed by one dispatcher for a time that is longer than its requests can take: two never send the same
attempt at once, even when one of them was frozen and does not know that another has taken over. What came of it is
recorded after the answers, by compare-and-set of the claim and the cursor: a crash in between repeats deliveries, with
the same ids.

The claim of a process that was killed is not taken over together with its lease. A process that was frozen loses the
lease, too, and when it wakes, its requests go on until the first of them is to be recorded. Only time says that none is
under way any more.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import cloudevents
from shared.rules.fields import format_instant
from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.web.outgoing.receivers import (
    CANNOT_CONNECT,
    CONNECTIONS,
    DeliveryAttempt,
    KeptReceivers,
    Outgoing,
    Receiver,
)
from shared.webhooks import queue, retries, signature
from shared.webhooks.queue import DeliveryRow
from shared.webhooks.subscriptions import Webhook
from shared.webhooks.visible_events import VisibleEvents

BATCH = 100
"""Events."""
LAST_START = 4.0
"""Seconds after the claim: later no request begins. With the ten of a request it must end before the claim does."""
CONTENT_TYPE = "application/cloudevents+json"


class Delivery(NamedTuple):
    """`failures`: how many attempts have failed so far. `is_new`: it has no row yet."""

    event: StoredEvent
    failures: int = 0
    is_new: bool = True


class DeliveryResult(NamedTuple):
    """`attempt`: None if nothing was sent. `is_held`: it was not sent because an earlier event of its stream failed."""

    delivery: Delivery
    attempt: DeliveryAttempt | None = None
    is_held: bool = False


@dataclass(frozen=True)
class DeliveryBatch:
    """`position`: of the cursor at the claim; `end`: where it is when all is recorded. `held`: new events whose streams
    wait for earlier ones. `hidden`: retried ones whose type is not chosen any more, or that the webhook's creator may
    not see any more. `last_start`: on the event loop's clock."""

    webhook: Webhook
    position: int
    end: int
    deliveries: Sequence[Delivery]
    held: Sequence[Delivery]
    hidden: Sequence[Delivery]
    last_start: float

    @property
    def is_empty(self) -> bool:
        return self.end == self.position and not self.deliveries and not self.hidden


async def take(
    tx: AsyncConnection, webhook: Webhook, types: Sequence[str], visible: VisibleEvents, holder: UUID, now: datetime
) -> DeliveryBatch | None:
    """Claims the webhook and reads what is to be sent, as far as it is `visible`. None while another dispatcher
    holds it."""
    last_start = asyncio.get_running_loop().time() + LAST_START
    position = await queue.claim(tx, webhook.webhook_id, holder)
    if position is None:
        return None
    due, hidden = await take_due(tx, webhook.webhook_id, types, visible, now)
    limit = BATCH - len(due)
    if limit <= 0 or await queue.is_full(tx, webhook.webhook_id):
        return DeliveryBatch(webhook, position, position, due, (), hidden, last_start)
    head = await event_store.position(tx)  # first: what is read after it is complete up to here
    if visible.until is not None:
        head = min(head, await visible.until(tx))
    until = event_store.scan_end(position, head)
    stored = await event_store.read_types_after(tx, types, position, limit, until=until)
    end = stored[-1].position if len(stored) == limit else until
    new = await visible.events(tx, stored)
    waiting = await queue.waiting_streams(tx, webhook.webhook_id, {event.stream for event in new})
    free = [Delivery(event) for event in new if event.stream not in waiting]
    held = [Delivery(event) for event in new if event.stream in waiting]
    return DeliveryBatch(webhook, position, end, [*due, *free], held, hidden, last_start)


async def take_due(
    tx: AsyncConnection, webhook_id: str, types: Sequence[str], visible: VisibleEvents, now: datetime
) -> tuple[list[Delivery], list[Delivery]]:
    """The deliveries that are tried again, and those that were due but are not wanted or may not be seen any more."""
    failures = await queue.due(tx, webhook_id, now, BATCH)
    stored = await queue.read_positions(tx, list(failures))
    wanted = [event for event in stored if event.type in types]
    seen = {event.position: event for event in await visible.events(tx, wanted)}
    deliveries = [Delivery(event, failures[event.position], is_new=False) for event in seen.values()]
    hidden = [event for event in stored if event.position not in seen]
    return deliveries, [Delivery(event, failures[event.position], is_new=False) for event in hidden]


# -- sending ------------------------------------------------------------------------------------------------------


async def send(batch: DeliveryBatch, source: str, receivers: KeptReceivers) -> list[DeliveryResult]:
    """Sends the streams beside each other, and the events of each stream in their order."""
    if not batch.deliveries:
        return []
    webhook, outgoing = batch.webhook, receivers.outgoing
    try:
        receiver = await receivers.find(webhook.webhook_id, webhook.text(webhook.state.url) or "")
    except CANNOT_CONNECT as error:
        failure = outgoing.failed(error)
        return [result for group in by_stream(batch.deliveries).values() for result in stopped(group, failure)]
    sender = Sender(receiver, secrets_of(webhook, outgoing.now()), source, batch.last_start)
    return await sender.send_all(batch.deliveries)


def by_stream(deliveries: Sequence[Delivery]) -> Mapping[str, list[Delivery]]:
    groups: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda delivery: delivery.event.position):
        groups[delivery.event.stream].append(delivery)
    return groups


def stopped(deliveries: Sequence[Delivery], attempt: DeliveryAttempt) -> list[DeliveryResult]:
    """The first one failed, and holds back the others of its stream."""
    return [
        DeliveryResult(deliveries[0], attempt),
        *(DeliveryResult(delivery, is_held=True) for delivery in deliveries[1:]),
    ]


@dataclass
class Sender:
    receiver: Receiver
    secrets: Sequence[str]
    source: str
    last_start: float
    is_gone: bool = False

    async def send_all(self, deliveries: Sequence[Delivery]) -> list[DeliveryResult]:
        results: list[DeliveryResult] = []
        room = asyncio.Semaphore(CONNECTIONS)

        async def send_stream(group: Sequence[Delivery]) -> None:
            async with room:
                results.extend(await self.send_in_order(group))

        async with asyncio.TaskGroup() as tasks:
            for group in by_stream(deliveries).values():
                tasks.create_task(send_stream(group))
        return results

    async def send_in_order(self, deliveries: Sequence[Delivery]) -> list[DeliveryResult]:
        results: list[DeliveryResult] = []
        for number, delivery in enumerate(deliveries):
            if self.is_gone or asyncio.get_running_loop().time() > self.last_start:
                return [*results, *(DeliveryResult(each) for each in deliveries[number:])]
            attempt = await self.send_one(delivery.event)
            if not attempt.is_delivered:
                return [*results, *stopped(deliveries[number:], attempt)]
            results.append(DeliveryResult(delivery, attempt))
        return results

    async def send_one(self, event: StoredEvent) -> DeliveryAttempt:
        body = orjson.dumps(cloudevents.to_json(event, self.source))
        attempt = await post(self.receiver, self.secrets, str(event.event_id), body)
        self.is_gone = self.is_gone or attempt.is_gone
        return attempt


async def send_alone(webhook: Webhook, event: StoredEvent, source: str, outgoing: Outgoing) -> DeliveryAttempt:
    """Sends one attempt, outside the order of deliveries."""
    try:
        target, address = await outgoing.find(webhook.text(webhook.state.url) or "")
    except CANNOT_CONNECT as error:
        return outgoing.failed(error)
    async with outgoing.connect(target, address) as receiver:
        body = orjson.dumps(cloudevents.to_json(event, source))
        return await post(receiver, secrets_of(webhook, outgoing.now()), str(event.event_id), body)


def secrets_of(webhook: Webhook, at: datetime) -> list[str]:
    return [text for sealed in webhook.state.valid_secrets(at) if (text := webhook.text(sealed)) is not None]


async def post(receiver: Receiver, secrets: Sequence[str], message_id: str, body: bytes) -> DeliveryAttempt:
    signed = signature.headers(secrets, message_id, receiver.now(), body)
    return await receiver.post(body, {"Content-Type": CONTENT_TYPE, "User-Agent": "Funnelcast-Webhooks/1"} | signed)


# -- recording ----------------------------------------------------------------------------------------------------


async def record(
    tx: AsyncConnection, batch: DeliveryBatch, results: Sequence[DeliveryResult], holder: UUID, now: datetime
) -> bool:
    """False when another dispatcher has taken over, or the cursor was moved meanwhile: nothing is recorded then."""
    webhook_id = batch.webhook.webhook_id
    attempts = [result.attempt for result in results if result.attempt is not None]
    has_succeeded = any(each.is_delivered for each in attempts)
    failed_at = now if attempts and not has_succeeded else None
    if not await queue.advance(tx, webhook_id, holder, batch.position, batch.end, has_succeeded, failed_at):
        return False
    rows = [row for result in results if (row := row_of(webhook_id, result, now)) is not None]
    rows += [new_row(webhook_id, delivery, now, None) for delivery in batch.held]
    rows += [new_row(webhook_id, delivery, now, None)._replace(status="dead") for delivery in batch.hidden]
    await queue.save(tx, rows)
    failed = {row.stream: row.position for row in rows if row.status == "failed"}
    await queue.hold_back(tx, webhook_id, failed)
    hidden = {delivery.event.stream for delivery in batch.hidden}
    await queue.release(tx, webhook_id, resolved_streams(results, rows) | hidden - set(failed), now)
    return True


def resolved_streams(results: Sequence[DeliveryResult], rows: Sequence[DeliveryRow]) -> set[str]:
    """The streams of retried events that did not fail again: the events that they held back may go on."""
    retried = {result.delivery.event.stream for result in results if not result.delivery.is_new}
    return retried - {row.stream for row in rows if row.status == "failed"}


def row_of(webhook_id: str, result: DeliveryResult, now: datetime) -> DeliveryRow | None:
    """The row to store after an attempt; None when the row stays as it is."""
    delivery, attempt = result.delivery, result.attempt
    if attempt is None:
        return new_row(webhook_id, delivery, now, None if result.is_held else now) if delivery.is_new else None
    row = new_row(webhook_id, delivery, now, None)._replace(attempts=[attempt_view(attempt)])
    if attempt.is_delivered:
        return row._replace(status="delivered", failures=delivery.failures)
    failures = delivery.failures + 1
    seed = f"{webhook_id} {delivery.event.event_id}"
    again = retries.next_attempt(failures, now, attempt.retry_after, seed)
    return row._replace(status="failed" if again else "dead", failures=failures, next_attempt_at=again)


def new_row(webhook_id: str, delivery: Delivery, now: datetime, due_at: datetime | None) -> DeliveryRow:
    event = delivery.event
    return DeliveryRow(
        webhook_id, event.position, event.event_id, event.stream, event.type, "pending", 0, [], due_at, now
    )


def attempt_view(attempt: DeliveryAttempt) -> dict[str, object]:
    at = format_instant(attempt.at)
    return {"time": at, "status": attempt.status, "ms": attempt.ms, "error": attempt.error}
