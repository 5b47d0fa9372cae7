"""The end of a feed, read once for all who listen there: a thousand of them cost one query, and share what is sent."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.store.signal import Backoff, Signal

log = structlog.get_logger()
PAGE = 200
MAX_BYTES = 1024 * 1024
"""Bytes that are kept; who is further behind reads the store."""
RETRY = 0.5


class Line(NamedTuple):
    position: int
    type: str
    text: bytes


@dataclass
class Tail:
    """Holds all events after position `begin` up to `head`, as they are sent. Stands still while nobody listens."""

    reads: AsyncEngine
    store_changed: Signal
    render: Callable[[StoredEvent], bytes]
    begin: int = 0
    head: int = 0
    news: Signal = field(default_factory=Signal)
    _lines: deque[Line] = field(default_factory=deque)
    _bytes: int = 0
    _listeners: int = 0
    _listened: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._listeners += 1
        self._listened.set()
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._listened.clear()

    def after(self, position: int, types: Collection[str]) -> list[bytes] | None:
        """All that there is after a position. None: that is not kept any more, and the store has to be asked."""
        if position < self.begin:
            return None
        newer = takewhile(lambda line: line.position > position, reversed(self._lines))
        return [line.text for line in newer if line.type in types][::-1]

    async def follow(self) -> None:
        """Until it is cancelled."""
        pause = Backoff()
        while True:
            await self._listened.wait()
            known = self.store_changed.times
            try:
                news = await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("feed_waits", error=type(error).__name__)
                await asyncio.sleep(RETRY)
                continue
            if not news:
                await self.store_changed.after(known, pause.after(news))

    async def look(self) -> bool:
        """Whether there was anything new."""
        async with self.reads.connect() as tx:
            end = await event_store.position(tx)
            if end - self.head > PAGE:
                self.start_at(end)
                return True
            found = await event_store.read_after(tx, self.head, PAGE)
        if not found:
            return False
        for event in found:
            self.keep(Line(event.position, event.type, self.render(event)))
        self.head = found[-1].position
        self.news.notify()
        return True

    def start_at(self, end: int) -> None:
        """Whoever listens has to read what lies between from the store."""
        self._lines.clear()
        self._bytes, self.begin, self.head = 0, end, end
        self.news.notify()

    def keep(self, line: Line) -> None:
        self._lines.append(line)
        self._bytes += len(line.text)
        while self._bytes > MAX_BYTES:
            dropped = self._lines.popleft()
            self._bytes -= len(dropped.text)
            self.begin = dropped.position
