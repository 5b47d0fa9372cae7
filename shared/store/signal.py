"""Word that something was written, for those of the same process who follow the store; patience for the others."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

SHORTEST_DELAY, LONGEST_DELAY = 0.02, 0.25
"""Seconds between looks for what other processes wrote."""


class Signal:
    """`times` it was called. Whoever waits says how many they knew of before they looked. (An event that each of them
    clears would lose the calls that the others wait for.)"""

    def __init__(self) -> None:
        self.times = 0
        self._next = asyncio.Event()

    def notify(self) -> None:
        self.times += 1
        self._next.set()
        self._next = asyncio.Event()

    async def after(self, known: int, seconds: float) -> None:
        """Returns at the next call after the known ones, or when the time is over."""
        if self.times == known:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._next.wait()


@dataclass
class Backoff:
    """Short as long as there is news, then longer and longer."""

    seconds: float = SHORTEST_DELAY

    def after(self, news: bool) -> float:
        self.seconds = SHORTEST_DELAY if news else min(2 * self.seconds, LONGEST_DELAY)
        return self.seconds
