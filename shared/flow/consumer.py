"""One source's events, in position order, each with its effects in one transaction with the checkpoint."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked
from shared.flow.batch import Batch, Offsets, recorded_events
from shared.flow.cancelled import raise_if_cancelled
from shared.flow.checkpoint import ExcludedEvents, Fenced
from shared.flow.parked import RequestedAction
from shared.rules.message import Parser, RecordedEvent, StoredEvent
from shared.store import event_store
from shared.store.prefetch import prefetch
from shared.store.signal import Backoff, Signal

log = structlog.get_logger()
POLL_SECONDS = 0.25
"""Seconds between looks for what other processes wrote; what this one writes wakes it at once."""
Effect = Callable[[AsyncConnection, Sequence[RecordedEvent[Any]]], Awaitable[None]]


class Source(Protocol):
    @property
    def offsets(self) -> Offsets:
        """Where to go on reading after the last events that `read` gave: a hint to be kept beside the checkpoint."""

    def seek(self, offsets: Offsets) -> None:
        """Start from this hint."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        """The next events by position, without a gap; empty when none came within `wait` seconds."""

    async def aclose(self) -> None:
        """Frees what reading holds."""


@dataclass
class StoreSource:
    """The service's own store: alive when the log is not."""

    engine: AsyncEngine
    store_changed: Signal
    offsets: Offsets = field(default_factory=dict)
    pause: Backoff = field(default_factory=Backoff)

    def seek(self, offsets: Offsets) -> None:
        """Positions are all it needs."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        known = self.store_changed.times
        events = await self.read_now(after, limit)
        pause = self.pause.after(bool(events))
        if not events:
            await self.store_changed.after(known, min(pause, wait))
        return events

    async def aclose(self) -> None:
        """The engine is not its own."""

    async def read_now(self, after: int, limit: int) -> list[StoredEvent]:
        async with self.engine.connect() as tx:
            return await event_store.read_after(tx, after, limit)


@dataclass
class Progress:
    """What readiness and metrics tell of a consumer."""

    subscription: str
    source: str
    position: int = 0
    stop_reason: str | None = None


@dataclass
class Consumer:
    """Follows one source for one subscription, as long as nobody else does (`Fenced`)."""

    subscription: str
    source: str
    events: Source
    parse: Parser[Any]
    effect: Effect
    engine: AsyncEngine
    limit: int
    progress: Progress
    changed: Signal = field(default_factory=Signal)
    """Called after each batch: for those who follow the store that the effect wrote to."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The subscription's: its sources wait for each other here, where a long batch runs into no lock timeout."""
    pause_seconds: float = 0.0
    """Seconds after a batch that was not full: under load, what comes meanwhile shares a transaction."""
    may_have_parked_keys: bool = True
    """Whether there may be parked keys, and so wishes about them."""

    async def run(self) -> None:
        async with self.engine.begin() as tx:
            self.progress.position, offsets = await checkpoint.find_or_create(tx, self.subscription, self.source)
            self.may_have_parked_keys = self.source in await parked.first_parked_positions(tx, self.subscription)
        self.events.seek(offsets)
        async with aclosing(prefetch(self.batches(), self.is_full)) as batches:
            async for batch in batches:
                raise_if_cancelled()
                if batch.events:
                    await self.take(batch)
                if self.may_have_parked_keys:
                    await self.carry_out_requested_actions()
                if batch.events and not self.is_full(batch):
                    await asyncio.sleep(self.pause_seconds)

    async def batches(self) -> AsyncGenerator[Batch]:
        at = self.progress.position
        while True:
            events = await self.events.read(at, self.limit, POLL_SECONDS)
            if events:
                at = events[-1].position
            yield await Batch.parsed(self.parse, events, self.events.offsets)

    def is_full(self, batch: Batch) -> bool:
        """There is more."""
        return len(batch.events) == self.limit

    async def take(self, batch: Batch) -> None:
        """All at once; if the data of one of them cannot be applied, by halves, until that one is alone."""
        try:
            await self.apply(batch)
        except Exception as error:
            if isinstance(error, Fenced) or not parked.is_poison(error):
                raise
            if len(batch.events) == 1:
                await self.park(batch.events[0], error, batch.offsets)
                return
            for half in batch.halves():
                await self.take(half)

    async def apply(self, batch: Batch) -> None:
        reached = batch.events[-1].position
        async with self.advancing_checkpoint(reached, batch.offsets) as (tx, aside):
            told = zip(batch.events, batch.facts, strict=True)
            due = [(event, fact) for event, fact in told if event.position not in aside.skipped]
            waiting = [event for event, _ in due if event.stream in aside.keys]
            await parked.park_events(tx, self.subscription, self.source, waiting)
            await self.effect(tx, recorded_events(fact for event, fact in due if event.stream not in aside.keys))
        self.progress.position = reached
        self.may_have_parked_keys = bool(aside.keys)
        self.changed.notify()

    async def park(self, event: StoredEvent, error: Exception, offsets: Offsets | None) -> None:
        async with self.advancing_checkpoint(event.position, offsets) as (tx, _):
            await parked.check_parking_rate(tx)
            await parked.park_events(tx, self.subscription, self.source, [event], error)
        self.progress.position = event.position
        self.may_have_parked_keys = True
        self.tell("parked", event, error)

    @asynccontextmanager
    async def advancing_checkpoint(
        self, to: int, offsets: Offsets | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, ExcludedEvents]]:
        """A transaction in which the checkpoint is moved first."""
        at = self.progress.position
        async with self.lock, self.engine.begin() as tx:
            yield tx, await checkpoint.advance(tx, self.subscription, self.source, at, to, offsets)

    def tell(self, what: str, event: StoredEvent, error: Exception) -> None:
        log.error(
            what,
            subscription=self.subscription,
            source=self.source,
            key=event.stream,
            position=event.position,
            error=type(error).__name__,
        )

    # -- wishes about parked keys -------------------------------------------------------------------------------

    async def carry_out_requested_actions(self) -> None:
        """Step by step: each takes events out of a queue, or gives the wish up."""
        while (wished := await self.wished()) is not None:
            if wished.wish == "skip":
                await self.skip(wished.events[0])
            else:
                await self.release(wished.events)

    async def wished(self) -> RequestedAction | None:
        async with self.engine.begin() as tx:
            return await parked.find_requested_action(tx, self.subscription, self.source, self.limit)

    async def release(self, events: Sequence[StoredEvent]) -> None:
        """A key's first events, or as many of them as can be applied; the one that cannot stays parked."""
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
            require_unchanged(await parked.remove_events(tx, self.subscription, self.source, events))
            await self.effect(tx, self.parse.all(events))
        self.changed.notify()
        log.info("released", subscription=self.subscription, source=self.source, key=events[0].stream)

    async def keep_parked(self, event: StoredEvent, error: Exception) -> None:
        async with self.holding_checkpoint() as tx:
            await parked.record_failure(tx, self.subscription, self.source, event, error)
        self.tell("parked_again", event, error)

    async def skip(self, event: StoredEvent) -> None:
        async with self.holding_checkpoint() as tx:
            require_unchanged(await parked.skip_event(tx, self.subscription, self.source, event))
        log.info("skipped", subscription=self.subscription, source=self.source, position=event.position)

    @asynccontextmanager
    async def holding_checkpoint(self) -> AsyncIterator[AsyncConnection]:
        """The checkpoint stays where it is, held: nobody else moves it or touches what is parked."""
        async with self.advancing_checkpoint(self.progress.position) as (tx, _):
            yield tx


def require_unchanged(there: bool) -> None:
    """The position alone does not tell of a release: another one at the same place may have done it."""
    if not there:
        raise Fenced("somebody else carried this wish out")
