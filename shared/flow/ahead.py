"""Reading and working at the same time: while Postgres writes one batch, the next is read and parsed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def ahead(read: Callable[[int], Awaitable[tuple[T, int]]], at: int, to: int | None = None) -> AsyncGenerator[T]:
    """What `read(position)` gives, one after the other, each with the position after it; for ever, or up to one."""
    reading = None if at == to else asyncio.ensure_future(read(at))
    try:
        while reading is not None:
            batch, at = await reading
            reading = None if to is not None and at >= to else asyncio.ensure_future(read(at))
            yield batch
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
