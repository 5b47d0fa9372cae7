"""Reads ahead: while one batch is worked on, the next is read and parsed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def prefetch(
    batches: AsyncGenerator[T], is_worth_it: Callable[[T], bool] = lambda batch: True
) -> AsyncGenerator[T]:
    """Yields the same batches in the same order. Each is read while the one before is worked on, if that one is worth
    it."""
    async with aclosing(batches):
        reading = asyncio.ensure_future(anext(batches, None))
        try:
            while (batch := await reading) is not None:
                if early := is_worth_it(batch):
                    reading = asyncio.ensure_future(anext(batches, None))
                yield batch
                if not early:
                    reading = asyncio.ensure_future(anext(batches, None))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
