"""A simulated user, who works through the HTTP API with an API key, turn by turn."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from funnelcast.demo.deliveries import Delivery
from funnelcast.demo.script import seeded
from funnelcast.remote import client
from funnelcast.remote.client import Refused

log = structlog.get_logger()
RETRY_SECONDS = 10.0
"""Seconds of waiting for a busy system, before the turn fails."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds of rest after a turn that failed."""
REPEATED = 0.01
"""The share of writes that are sent once more, as by a client that did not get the answer."""


class Stopping(Exception):
    """The system is about to stop: no request is sent any more."""


@dataclass
class Actor:
    """Every read includes the actor's own writes. `given_up`: ids of leads, deals and visits whose request was refused,
    or that are a person's; they are not tried again."""

    name: str
    key: str = field(repr=False)
    http: httpx.AsyncClient
    stopping: asyncio.Event
    given_up: set[str] = field(default_factory=set)
    _position: str | None = None

    async def run_turns(self, turn: Callable[[], Awaitable[float]]) -> None:
        """Takes turns until the system stops. A turn returns the seconds to rest. After an error the rest is longer
        each time; no error ends the actor."""
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
        """Ends early when the system stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    async def get(self, path: str, **params: Any) -> Any:
        fresh = {"X-Min-Position": self._position, "Prefer": "wait=5"} if self._position else {}
        return (await self._send("GET", path, params=params, headers=fresh)).json()

    async def post(self, path: str, body: dict[str, Any], key: str) -> Any:
        """The answer. `key`: of idempotency; the same request has the same key in every run. Raises `Refused`."""
        response = await self._send("POST", path, json=body, headers={"Idempotency-Key": key})
        self._position = response.headers["X-Position"]
        if seeded("again", self.name, key).random() < REPEATED:
            await self._repeat(path, body, key, response)
        return response.json()

    async def deliver(self, delivery: Delivery) -> None:
        """Sends a delivery without a key, as vendors and browsers do. Raises `Refused`."""
        headers = dict(delivery.headers)
        await self._send("POST", delivery.path, content=delivery.content, headers=headers, with_key=False)

    async def _repeat(self, path: str, body: dict[str, Any], key: str, first: httpx.Response) -> None:
        """Sends the request again, and logs an error when the answer differs."""
        again = await self._send("POST", path, json=body, headers={"Idempotency-Key": key})
        is_same = (again.status_code, again.content) == (first.status_code, first.content)
        if is_same and "Idempotent-Replayed" in again.headers:
            log.debug("demo_repeated", actor=self.name, path=path)
        else:
            log.error("demo_repeat_differs", actor=self.name, path=path, first=first.text, again=again.text)

    async def _send(
        self, method: str, path: str, *, headers: dict[str, str], with_key: bool = True, **options: Any
    ) -> httpx.Response:
        if self.stopping.is_set():
            raise Stopping
        key = {"Authorization": f"Bearer {self.key}"} if with_key else {}
        return await client.request(self.http, method, path, retry_for=RETRY_SECONDS, headers=key | headers, **options)

    def give_up(self, subject: str, refusal: Refused) -> None:
        log.info("demo_refused", actor=self.name, subject=subject, why=str(refusal))
        self.given_up.add(subject)
