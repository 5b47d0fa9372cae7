"""Sends a service's public events to its webhooks, each by a task of its own: a slow receiver, or an unexpected error,
delays only itself."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.event_types import matching_types
from shared.rules.message import Refusal
from shared.store.database_errors import as_busy
from shared.store.handler import handle
from shared.store.signal import LONGEST_WAIT, Backoff, Signal
from shared.store.write_request import Step, WriteRequest
from shared.web.callers import access
from shared.web.callers.places import OrganisationStale, Places
from shared.web.outgoing.receivers import KeptReceivers, Outgoing
from shared.webhooks import batch, queue, retries
from shared.webhooks.batch import DeliveryBatch, DeliveryResult
from shared.webhooks.commands import DisableWebhook
from shared.webhooks.decider import DECIDER
from shared.webhooks.events import Reason
from shared.webhooks.faults import Faults
from shared.webhooks.subscriptions import Webhook, Webhooks
from shared.webhooks.visible_events import visible_to_creator

log = structlog.get_logger()
ACTOR = "webhooks"
PAUSE = 0.02
"""Seconds between two looks for new events: under load, those of the pause are sent together."""
STALE_PAUSE = 1.0
"""Seconds before the next attempt to send to a webhook of a confined caller."""
EXPIRY_INTERVAL = 3600.0
KEYS_INTERVAL = 4.0
"""Seconds between two looks at the keys of webhooks' creators."""


@dataclass
class Dispatcher:
    """Runs under the service's lease. `types`: those of the service's events that are public. `holder`: names this run
    in its claims."""

    source: str
    types: Collection[str]
    engine: AsyncEngine
    outgoing: Outgoing
    clock_and_ids: ClockAndIds
    store_changed: Signal
    faults: Faults
    places: Places | None = None
    holder: UUID = field(init=False)
    receivers: KeptReceivers = field(init=False)
    webhooks: Webhooks = field(default_factory=Webhooks)
    busy: set[str] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The turn at the database: a hundred webhooks must not take all connections away from requests."""

    def __post_init__(self) -> None:
        self.holder = self.clock_and_ids.new_id()
        self.receivers = KeptReceivers(self.outgoing)

    async def run(self) -> None:
        backoff = Backoff()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.expire())
                tasks.create_task(self.watch_keys())
                while True:
                    known = self.store_changed.count
                    ready = await self.find_ready()
                    for webhook in ready:
                        self.busy.add(webhook.webhook_id)
                        tasks.create_task(self.deliver(webhook.webhook_id))
                    self.receivers.close_idle()
                    await asyncio.sleep(PAUSE)
                    delay = backoff.next_delay(bool(ready)) if any(self.webhooks.all()) else LONGEST_WAIT
                    await self.store_changed.wait(known, delay)
        finally:
            self.receivers.close()
            await self.give_up_claims()

    async def give_up_claims(self) -> None:
        """Gives the claims up. If the database is away, they expire."""
        with suppress(SQLAlchemyError, OSError):
            async with self.engine.begin() as tx:
                await queue.give_up(tx, self.holder)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        async with self.turn, self.engine.begin() as tx:
            yield tx

    async def expire(self) -> None:
        while True:
            async with self.transaction() as tx:
                await queue.expire(tx, self.clock_and_ids.now())
            await asyncio.sleep(EXPIRY_INTERVAL)

    async def watch_keys(self) -> None:
        """A webhook is a way to read events: it ends with the key that created it, and the keys that replaced that."""
        while True:
            await asyncio.sleep(KEYS_INTERVAL)
            async with self.transaction() as tx:
                active = [webhook for webhook in self.webhooks.all() if webhook.state.disabled is None]
                owners = {webhook.state.owner for webhook in active}
                valid = await access.valid_lineages(tx, owners, self.clock_and_ids.now())
                orphans = [webhook for webhook in active if webhook.state.owner not in valid]
                for webhook in orphans:
                    await self.disable(tx, webhook.webhook_id, "key_revoked")
            if orphans:
                self.store_changed.notify()

    async def find_ready(self) -> list[Webhook]:
        """Active ones with something to send, that no task is at work on and that need not wait after a fault."""
        now = self.clock_and_ids.now()
        async with self.transaction() as tx:
            for stream in await self.webhooks.refresh(tx):
                await self.follow(tx, stream)
            idle = {
                webhook.webhook_id: webhook
                for webhook in self.webhooks.all()
                if webhook.state.disabled is None
                and webhook.webhook_id not in self.busy
                and not self.faults.is_paused(webhook.webhook_id, now)
            }
            if not idle:
                return []
            return [idle[each] for each in await queue.ready(tx, list(idle), now)]

    async def follow(self, tx: AsyncConnection, stream: str) -> None:
        """A new webhook gets a cursor; what a removed one had is deleted."""
        webhook = self.webhooks.find(stream)
        self.faults.forget(stream.partition("-")[2])
        if webhook is None:
            self.receivers.forget(stream.partition("-")[2])
            await queue.forget(tx, stream.partition("-")[2])
        else:
            await queue.begin(tx, webhook.webhook_id, webhook.start)

    async def deliver(self, webhook_id: str) -> None:
        """Sends until nothing is left to send now. An unexpected error ends this webhook's turn alone. An error of the
        database that passes ends the dispatcher, which starts again."""
        try:
            await self.deliver_batches(webhook_id)
        except Exception as error:
            if as_busy(error):
                raise
            log.exception("webhook_fault", service=self.source, webhook=webhook_id)
            await self.record_fault(webhook_id)
        finally:
            self.busy.discard(webhook_id)

    async def deliver_batches(self, webhook_id: str) -> None:
        while await self.deliver_batch(webhook_id):
            self.faults.forget(webhook_id)

    async def record_fault(self, webhook_id: str) -> None:
        now = self.clock_and_ids.now()
        self.faults.add(webhook_id, now)
        async with self.transaction() as tx:
            await queue.fail(tx, webhook_id, self.holder, now)
            webhook = self.webhooks.find(DECIDER.stream(webhook_id))
            is_disabled = webhook is not None and await has_failed_too_long(tx, webhook, now)
            if is_disabled:
                await self.disable(tx, webhook_id, "failing")
        if is_disabled:
            self.store_changed.notify()

    async def deliver_batch(self, webhook_id: str) -> bool:
        """Delivers a batch. Returns whether there may be more."""
        try:
            taken = await self.take(webhook_id)
        except OrganisationStale:
            await asyncio.sleep(STALE_PAUSE)
            return False
        if taken is None:
            return False
        results = await batch.send(taken, self.source, self.receivers)
        return await self.record(taken, results) and not taken.is_empty

    async def take(self, webhook_id: str) -> DeliveryBatch | None:
        """None for a webhook that is disabled or removed, and while changes of webhooks are not read: events after a
        change are sent by it. Raises `OrganisationStale`: what its creator may see is not known at present."""
        async with self.transaction() as tx:
            webhook = self.webhooks.find(DECIDER.stream(webhook_id))
            if webhook is None or webhook.state.disabled is not None:
                return None
            types, now = matching_types(webhook.state.types, self.types), self.clock_and_ids.now()
            visible = visible_to_creator(webhook.state, self.source, self.places)
            taken = await batch.take(tx, webhook, types, visible, self.holder, now)
            if not await self.webhooks.are_behind(tx):  # last: all events that were read are older
                return taken
            await queue.give_up(tx, self.holder, webhook_id)
        self.store_changed.notify()
        return None

    async def record(self, taken: DeliveryBatch, results: list[DeliveryResult]) -> bool:
        webhook_id, now = taken.webhook.webhook_id, self.clock_and_ids.now()
        async with self.transaction() as tx:
            if not await batch.record(tx, taken, results, self.holder, now):
                await queue.give_up(tx, self.holder, webhook_id)
                log.info("webhook_claim_lost", service=self.source, webhook=webhook_id)
                return False
            reason = await reason_to_disable(tx, taken.webhook, results, now)
            if reason is not None:
                await self.disable(tx, webhook_id, reason)
        if reason is not None:
            self.store_changed.notify()
        return reason is None

    async def disable(self, tx: AsyncConnection, webhook_id: str, reason: Reason) -> None:
        command = Step(DisableWebhook(reason=reason))
        request = WriteRequest(DECIDER, DECIDER.stream(webhook_id), [command], ACTOR, self.clock_and_ids.new_id())
        outcome = (await handle(tx, self.clock_and_ids, [request]))[0]
        rule = str(outcome) if isinstance(outcome, Refusal) else None
        log.warning("webhook_disabled", service=self.source, webhook=webhook_id, reason=reason, refused=rule)


async def reason_to_disable(
    tx: AsyncConnection, webhook: Webhook, results: list[DeliveryResult], now: datetime
) -> Reason | None:
    attempts = [result.attempt for result in results if result.attempt is not None]
    if any(attempt.is_gone for attempt in attempts):
        return "gone"
    if not attempts or any(attempt.is_delivered for attempt in attempts):
        return None
    return "failing" if await has_failed_too_long(tx, webhook, now) else None


async def has_failed_too_long(tx: AsyncConnection, webhook: Webhook, now: datetime) -> bool:
    """Whether no delivery has succeeded for five days; those of a webhook that was enabled again begin then."""
    since, enabled_at = await queue.failing_since(tx, webhook.webhook_id), webhook.state.enabled_at
    return since is not None and now - max(since, enabled_at or since) >= retries.DISABLED_AFTER
