"""Applies the events of one source in position order, each batch in one transaction with the checkpoint."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, parked_actions
from shared.flow.batch import Batch, Offsets, recorded_events
from shared.flow.checkpoint import ExcludedEvents, Fenced
from shared.flow.parked_actions import RequestedAction
from shared.flow.source import EventSource
from shared.rules.message import Parser, RecordedEvent, StoredEvent
from shared.store.cancellation import raise_if_cancelled
from shared.store.prefetch import prefetch
from shared.store.signal import Signal

log = structlog.get_logger()
POLL_SECONDS, PARKED_POLL_SECONDS = 5.0, 0.25
"""Seconds of one wait for events, which a signal ends; the shorter one while an operator may release or skip parked
ones."""
Effect = Callable[[AsyncConnection, Sequence[RecordedEvent[Any]]], Awaitable[None]]


@dataclass
class Progress:
    """The state of a consumer, for readiness and metrics. `stop_reason`: why it stopped for good."""

    subscription: str
    source: str
    position: int = 0
    stop_reason: str | None = None


@dataclass
class Consumer:
    """Follows one source for one subscription, until another process does (`Fenced`)."""

    subscription: str
    source: str
    events: EventSource
    parse: Parser[Any]
    effect: Effect
    engine: AsyncEngine
    limit: int
    """Events of a batch."""
    progress: Progress
    changed: Signal = field(default_factory=Signal)
    """Notified after each batch, for those who wait for what the effect writes."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The subscription's: its sources wait for each other here, where no lock time-out of Postgres cuts a long wait."""
    pause_seconds: float = 0.0
    """The pause after a batch that was not full: under load, the events of the pause share one transaction."""
    may_have_parked_keys: bool = True

    async def run(self) -> None:
        async with self.engine.begin() as tx:
            self.progress.position, offsets = await checkpoint.find_or_create(tx, self.subscription, self.source)
            self.may_have_parked_keys = self.source in await parked.first_parked_positions(tx, self.subscription)
        self.events.seek(offsets)
        async with aclosing(prefetch(self.batches(), self.is_full)) as batches:
            async for batch in batches:
                raise_if_cancelled()
                if batch.events:
                    await self.process(batch)
                if self.may_have_parked_keys:
                    await self.carry_out_requested_actions()
                if batch.events and not self.is_full(batch):
                    await asyncio.sleep(self.pause_seconds)

    async def batches(self) -> AsyncGenerator[Batch]:
        position = self.progress.position
        while True:
            wait = PARKED_POLL_SECONDS if self.may_have_parked_keys else POLL_SECONDS
            events = await self.events.read(position, self.limit, wait)
            if events:
                position = events[-1].position
            yield await Batch.parse(self.parse, events, self.events.offsets)

    def is_full(self, batch: Batch) -> bool:
        """Whether the batch is as large as allowed: there are probably more events."""
        return len(batch.events) == self.limit

    async def process(self, batch: Batch) -> None:
        """Applies the whole batch. When the data of an event cannot be applied, the batch is halved until that event is
        alone; then it is parked."""
        try:
            await self.apply(batch)
        except Exception as error:
            if isinstance(error, Fenced) or not parked.is_poison(error):
                raise
            if len(batch.events) == 1:
                await self.park(batch.events[0], error, batch.offsets)
                return
            for half in batch.halves():
                await self.process(half)

    async def apply(self, batch: Batch) -> None:
        position = batch.events[-1].position
        async with self.advancing_checkpoint(position, batch.offsets) as (tx, excluded):
            pairs = zip(batch.events, batch.parsed, strict=True)
            wanted = [(event, parsed) for event, parsed in pairs if event.position not in excluded.skipped]
            behind_parked = [event for event, _ in wanted if event.stream in excluded.parked_keys]
            await parked.park_events(tx, self.subscription, self.source, behind_parked)
            due = (parsed for event, parsed in wanted if event.stream not in excluded.parked_keys)
            await self.effect(tx, recorded_events(due))
        self.progress.position = position
        self.may_have_parked_keys = bool(excluded.parked_keys)
        self.changed.notify()

    async def park(self, event: StoredEvent, error: Exception, offsets: Offsets | None) -> None:
        async with self.advancing_checkpoint(event.position, offsets) as (tx, _):
            await parked.check_parking_rate(tx)
            await parked.park_events(tx, self.subscription, self.source, [event], error)
        self.progress.position = event.position
        self.may_have_parked_keys = True
        self.log_error("parked", event, error)

    @asynccontextmanager
    async def advancing_checkpoint(
        self, position: int, offsets: Offsets | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, ExcludedEvents]]:
        """A transaction that has advanced the checkpoint to `position`. Raises `Fenced`."""
        current = self.progress.position
        async with self.lock, self.engine.begin() as tx:
            yield tx, await checkpoint.advance(tx, self.subscription, self.source, current, position, offsets)

    def log_error(self, what: str, event: StoredEvent, error: Exception) -> None:
        log.error(
            what,
            subscription=self.subscription,
            source=self.source,
            key=event.stream,
            position=event.position,
            error=type(error).__name__,
        )

    # -- actions that an operator requested for parked keys --------------------------------------------------------

    async def carry_out_requested_actions(self) -> None:
        """Carries the requests out. Each step removes events from the parked ones, or clears the request."""
        while (requested := await self.find_requested_action()) is not None:
            if requested.action == "skip":
                await self.skip(requested.events[0])
            else:
                await self.release(requested.events)

    async def find_requested_action(self) -> RequestedAction | None:
        async with self.engine.begin() as tx:
            return await parked_actions.find_requested_action(tx, self.subscription, self.source, self.limit)

    async def release(self, events: Sequence[StoredEvent]) -> None:
        """Applies the first events of a key, as many as can be applied. An event that cannot stays parked."""
        try:
            await self.apply_parked(events)
        except Exception as error:
            if isinstance(error, Fenced) or not parked.is_poison(error):
                raise
            if len(events) > 1:
                await self.release(events[: len(events) // 2])
            else:
                await self.keep_parked(events[0], error)

    async def apply_parked(self, events: Sequence[StoredEvent]) -> None:
        async with self.holding_checkpoint() as tx:
            require_unchanged(await parked_actions.remove_events(tx, self.subscription, self.source, events))
            await self.effect(tx, self.parse.all(events))
        self.changed.notify()
        log.info("released", subscription=self.subscription, source=self.source, key=events[0].stream)

    async def keep_parked(self, event: StoredEvent, error: Exception) -> None:
        async with self.holding_checkpoint() as tx:
            await parked_actions.record_failure(tx, self.subscription, self.source, event, error)
        self.log_error("parked_again", event, error)

    async def skip(self, event: StoredEvent) -> None:
        async with self.holding_checkpoint() as tx:
            require_unchanged(await parked_actions.skip_event(tx, self.subscription, self.source, event))
        log.info("skipped", subscription=self.subscription, source=self.source, position=event.position)

    @asynccontextmanager
    async def holding_checkpoint(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that locks the checkpoint's row where it is: no other process advances it or touches parked
        events meanwhile."""
        async with self.advancing_checkpoint(self.progress.position) as (tx, _):
            yield tx


def require_unchanged(unchanged: bool) -> None:
    """The checkpoint's position does not show a release: another process may have done it without moving it."""
    if not unchanged:
        raise Fenced("another process has carried out this action")
