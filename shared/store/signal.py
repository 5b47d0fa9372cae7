"""Waiting for changes: by signal within one process, by polling for what other processes write."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

SHORTEST_DELAY, LONGEST_DELAY = 0.02, 0.25
"""Seconds between two polls."""
LONGEST_WAIT = 1.0
"""Seconds until a task that waits for a signal looks all the same."""


class Signal:
    """Wakes every waiting task at each `notify`. `count`: how often it was notified.

    A waiting task reads `count` before it looks for changes, and passes it to `wait`: a notification in between is not
    lost. (With one `asyncio.Event` that each task clears, a task would clear notifications that others wait for.)"""

    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()

    def notify(self) -> None:
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, known: int, timeout: float) -> None:  # noqa: ASYNC109 - a time-out is no error here
        """Returns once `count` differs from `known`, at the latest after `timeout` seconds."""
        if self.count == known:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._next.wait()


@dataclass
class Backoff:
    """The delay between polls: the shortest after a poll that found something, then doubled up to the longest."""

    seconds: float = SHORTEST_DELAY

    def next_delay(self, found: bool) -> float:
        self.seconds = SHORTEST_DELAY if found else min(2 * self.seconds, LONGEST_DELAY)
        return self.seconds
