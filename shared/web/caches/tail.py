"""The last events of a feed, read once for all clients that listen: a thousand listeners cost one query."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.store.signal import LONGEST_WAIT, Signal
from shared.web.caches.listeners import Listeners

log = structlog.get_logger()
PAGE = 200
MAX_BYTES = 1024 * 1024
"""The bytes of the events kept in memory; a listener that is further behind reads the store."""
RETRY_SECONDS = 0.5


class RenderedEvent(NamedTuple):
    position: int
    type: str
    text: bytes


@dataclass
class Tail:
    """Holds the events after position `begin` up to `head`, rendered as they are sent. Reads only while there are
    listeners."""

    reads: AsyncEngine
    store_changed: Signal
    render: Callable[[StoredEvent], bytes]
    begin: int = 0
    head: int = 0
    changed: Signal = field(default_factory=Signal)
    _events: deque[RenderedEvent] = field(default_factory=deque)
    _bytes: int = 0
    listeners: Listeners = field(default_factory=Listeners)

    def after(self, position: int, types: Collection[str]) -> list[bytes] | None:
        """The events of these types after a position. None: some of them are not kept any more, read the store."""
        if position < self.begin:
            return None
        newer = takewhile(lambda event: event.position > position, reversed(self._events))
        return [event.text for event in newer if event.type in types][::-1]

    async def run(self) -> None:
        """Reads new events until it is cancelled."""
        while True:
            await self.listeners.wait()
            known = self.store_changed.count
            try:
                found = await self.read_new()
            except (SQLAlchemyError, OSError) as error:
                log.warning("feed_unavailable", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not found:
                await self.store_changed.wait(known, LONGEST_WAIT)

    async def read_new(self) -> bool:
        """Reads new events. Returns whether there were any."""
        async with self.reads.connect() as tx:
            end = await event_store.position(tx)
            if end - self.head > PAGE:
                self.restart_at(end)
                return True
            found = await event_store.read_after(tx, self.head, PAGE)
        if not found:
            return False
        for event in found:
            self.append(RenderedEvent(event.position, event.type, self.render(event)))
        self.head = found[-1].position
        self.changed.notify()
        return True

    def restart_at(self, end: int) -> None:
        """Forgets all events: listeners read those up to `end` from the store."""
        self._events.clear()
        self._bytes, self.begin, self.head = 0, end, end
        self.changed.notify()

    def append(self, event: RenderedEvent) -> None:
        self._events.append(event)
        self._bytes += len(event.text)
        while self._bytes > MAX_BYTES:
            dropped = self._events.popleft()
            self._bytes -= len(dropped.text)
            self.begin = dropped.position
