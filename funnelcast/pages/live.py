"""Live pages: a stream that says when the forecast has applied something. The page then loads its numbers again.

One question five times a second serves all open pages of a process: it carries the session of one of them, and answers
with nothing but a frontier.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from starlette.responses import Response, StreamingResponse

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.screen import Screen, Visit

INTERVAL, HEARTBEAT = 0.2, 15.0
"""Seconds between questions, and between comments while nothing happens."""
SPACING, AT_ONCE = 0.3, 10
"""Seconds for each open page. To load one takes some 30 ms of CPU time of pages and services: all of them together take
a tenth of a core, however many there are. Of a change, the first few pages are notified at once."""
UNAUTHENTICATED = 401


@dataclass
class Watch:
    """The state that all live pages of a process share. `listeners`: by the event that wakes each."""

    stopping: asyncio.Event
    frontier: str = ""
    listeners: dict[asyncio.Event, Api] = field(default_factory=dict)
    asking: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, api: Api) -> Iterator[asyncio.Event]:
        woken = asyncio.Event()
        self.listeners[woken] = api
        if self.asking is None or self.asking.done():
            self.asking = asyncio.create_task(self.ask(), name="live pages")
        try:
            yield woken
        finally:
            self.listeners.pop(woken, None)

    async def ask(self) -> None:
        """While anybody listens. A page whose session has ended hears so, and listens no more. After another error the
        next page is asked for: a person whose node has ended gets no answer, and must not hold up the others."""
        while self.listeners and not self.stopping.is_set():
            woken, api = next(iter(self.listeners.items()))
            pause = INTERVAL
            try:
                answer = await api.get("/forecast/v1/rollup", depth=0)
                pause = self.notify_listeners(str(answer["frontier"]))
            except ApiError as error:
                was_listening = self.listeners.pop(woken, None) is not None
                if error.status == UNAUTHENTICATED:
                    woken.set()
                elif was_listening:
                    self.listeners[woken] = api
            await self.rest(pause)

    def notify_listeners(self, frontier: str) -> float:
        """Wakes them one after the other if the frontier is new; at once for the first, with which nothing is loaded.
        Returns the seconds until the next question."""
        if frontier == self.frontier:
            return INTERVAL
        is_first, self.frontier = not self.frontier, frontier
        if is_first:
            for woken in self.listeners:
                woken.set()
            return INTERVAL
        loop = asyncio.get_running_loop()
        for number, woken in enumerate(self.listeners):
            loop.call_later(max(0, number + 1 - AT_ONCE) * SPACING, woken.set)
        return max(INTERVAL, SPACING * len(self.listeners))

    async def rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return

    def stop(self) -> None:
        self.stopping.set()
        for woken in self.listeners:
            woken.set()


async def stream(visit: Visit) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    lines = applied(visit.request.app.state.watch, replace(visit.api, deadline=None))
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def applied(watch: Watch, api: Api) -> AsyncIterator[bytes]:
    """Ends with the session, and when the process stops: the browser then connects again."""
    known = watch.frontier
    yield b"retry: 2000\n\n"
    with watch.listening(api) as woken:
        while woken in watch.listeners and not watch.stopping.is_set():
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await woken.wait()
            except TimeoutError:
                yield b": heartbeat\n\n"
                continue
            woken.clear()
            if known and watch.frontier != known:
                yield f"event: applied\ndata: {watch.frontier}\n\n".encode()
            known = watch.frontier


LIVE = Screen("/live", stream, ("forecast:read",))
