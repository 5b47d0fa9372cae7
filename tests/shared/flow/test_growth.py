"""The watch over the embedded log's topics, which the last reader stops."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.flow.log.growth import Growth
from tests.running import within


async def test_a_cancellation_of_the_last_reader_is_not_lost_while_the_watch_stops() -> None:
    stopping, may_end = asyncio.Event(), asyncio.Event()

    async def find_ends() -> Mapping[str, int]:
        try:
            await asyncio.Event().wait()
        finally:
            stopping.set()
            await may_end.wait()
        return {}

    growth = Growth(find_ends)

    async def read() -> str:
        async with growth.watched():
            await asyncio.sleep(0)
        return "went on"

    reader = asyncio.create_task(read())
    await within(10, stopping.wait())
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await within(10, reader)
    may_end.set()
