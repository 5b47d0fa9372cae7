"""Listeners of a reader that reads once for all of them, and not at all while there are none."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Listeners:
    count: int = 0
    _are_there: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        self.count += 1
        self._are_there.set()
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._are_there.clear()

    async def wait(self) -> None:
        """Returns as soon as there is a listener."""
        await self._are_there.wait()
