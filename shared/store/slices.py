"""Long loops that let the event loop's other tasks run."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")
SLICE = 200
"""Items between two pauses: for work that takes some ten microseconds an item."""


async def in_slices(items: Iterable[T], size: int = SLICE) -> AsyncIterator[T]:
    """The items one by one, with a pause for other tasks after each slice."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % size == 0:
            await asyncio.sleep(0)
