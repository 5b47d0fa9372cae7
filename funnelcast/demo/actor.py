"""Somebody who works with the system from outside: over HTTP, with a key of their own, turn by turn."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from funnelcast import client
from funnelcast.client import Refused
from funnelcast.demo.script import chance

log = structlog.get_logger()
PATIENCE = 10.0
"""Seconds for a busy system, before the actor leaves it alone for longer."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
AGAIN = 0.01
"""The share of writes that are sent once more, as by somebody who did not hear the answer."""


class Stopping(Exception):
    """The system is about to stop: nothing new is begun."""


@dataclass
class Actor:
    """Reads its own writes. `given_up`: what a rule said no to, which is not asked a second time."""

    name: str
    key: str = field(repr=False)
    http: httpx.AsyncClient
    stopping: asyncio.Event
    given_up: set[str] = field(default_factory=set)
    _position: str | None = None

    async def keep_at(self, turn: Callable[[], Awaitable[float]]) -> None:
        """Until the system stops. A turn says how many seconds to rest; one that fails is followed by a longer rest,
        and never ends anything but itself."""
        wait = FIRST_WAIT
        while not self.stopping.is_set():
            try:
                rest, wait = await turn(), FIRST_WAIT
            except Exception as error:
                if self.stopping.is_set():
                    return
                log.warning("demo_actor_waits", actor=self.name, seconds=wait, why=str(error) or type(error).__name__)
                rest, wait = wait, min(2 * wait, LONGEST_WAIT)
            await self.rest(rest)

    async def rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    async def get(self, path: str, **params: Any) -> Any:
        fresh = {"X-Min-Position": self._position, "Prefer": "wait=5"} if self._position else {}
        return (await self._send("GET", path, params=params, headers=fresh)).json()

    async def post(self, path: str, body: dict[str, Any], key: str) -> Any:
        """The answer. `key`: the same for the same request, also after a new start. Raises `Refused`."""
        answer = await self._send("POST", path, json=body, headers={"Idempotency-Key": key})
        self._position = answer.headers["X-Position"]
        if chance("again", self.name, key).random() < AGAIN:
            await self._repeat(path, body, key, answer)
        return answer.json()

    async def _repeat(self, path: str, body: dict[str, Any], key: str, first: httpx.Response) -> None:
        again = await self._send("POST", path, json=body, headers={"Idempotency-Key": key})
        same = (again.status_code, again.content) == (first.status_code, first.content)
        if same and "Idempotent-Replayed" in again.headers:
            log.debug("demo_repeated", actor=self.name, path=path)
        else:
            log.error("demo_repeat_differs", actor=self.name, path=path, first=first.text, again=again.text)

    async def _send(self, method: str, path: str, *, headers: dict[str, str], **more: Any) -> httpx.Response:
        if self.stopping.is_set():
            raise Stopping
        known = {"Authorization": f"Bearer {self.key}", **headers}
        return await client.ask(self.http, method, path, patience=PATIENCE, headers=known, **more)

    def give_up(self, what: str, why: Refused) -> None:
        log.info("demo_refused", actor=self.name, what=what, why=str(why))
        self.given_up.add(what)
