"""One source's events, in position order, each with its effects in one transaction with the checkpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked
from shared.flow.checkpoint import Fenced
from shared.rules.message import Parser, Recorded, StoredEvent
from shared.store import event_store

log = structlog.get_logger()
WAIT = 0.25
"""Seconds between looks for what other processes wrote; what this one writes wakes it at once."""
Offsets = Mapping[int, int]
Effect = Callable[[AsyncConnection, Sequence[Recorded[Any]]], Awaitable[None]]


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
    wake: asyncio.Event
    offsets: Offsets = field(default_factory=dict)

    def seek(self, offsets: Offsets) -> None:
        """Positions are all it needs."""

    async def read(self, after: int, limit: int, wait: float) -> list[StoredEvent]:
        self.wake.clear()
        events = await self.read_now(after, limit)
        if not events:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self.wake.wait()
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
    stopped: str | None = None


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
    wrote: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each batch: for those who follow the store that the effect wrote to."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The subscription's: its sources wait for each other here, where a long batch runs into no lock timeout."""

    async def run(self) -> None:
        async with self.engine.begin() as tx:
            self.progress.position, offsets = await checkpoint.find(tx, self.subscription, self.source)
        self.events.seek(offsets)
        while True:
            events = await self.events.read(self.progress.position, self.limit, WAIT)
            if events:
                await self.take(events, self.events.offsets)

    async def take(self, events: Sequence[StoredEvent], offsets: Offsets | None) -> None:
        """All at once; if the data of one of them cannot be applied, by halves, until that one is alone."""
        try:
            await self.apply(events, offsets)
        except Exception as error:
            if isinstance(error, Fenced) or not parked.is_poison(error):
                raise
            if len(events) == 1:
                await self.park(events[0], error, offsets)
                return
            half = len(events) // 2
            await self.take(events[:half], None)
            await self.take(events[half:], offsets)

    async def apply(self, events: Sequence[StoredEvent], offsets: Offsets | None) -> None:
        async with self.turn, self.engine.begin() as tx:
            parked_keys = await self.move(tx, events[-1], offsets)
            waiting = [event for event in events if event.stream in parked_keys]
            await parked.set_aside(tx, self.subscription, self.source, waiting)
            free = [event for event in events if event.stream not in parked_keys] if waiting else events
            await self.effect(tx, self.parse.all(free))
        self.progress.position = events[-1].position
        self.wrote.set()

    async def park(self, event: StoredEvent, error: Exception, offsets: Offsets | None) -> None:
        async with self.turn, self.engine.begin() as tx:
            await self.move(tx, event, offsets)
            await parked.check_rate(tx)
            await parked.set_aside(tx, self.subscription, self.source, [event], error)
        self.progress.position = event.position
        log.error(
            "parked",
            subscription=self.subscription,
            source=self.source,
            key=event.stream,
            position=event.position,
            error=type(error).__name__,
        )

    async def move(self, tx: AsyncConnection, to: StoredEvent, offsets: Offsets | None) -> set[str]:
        return await checkpoint.move(tx, self.subscription, self.source, self.progress.position, to.position, offsets)
