"""Batches read ahead: the same ones, in order, and nothing left behind when somebody stops."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from shared.store.prefetch import prefetch


class Source:
    """Numbers, and which of them were asked for."""

    def __init__(self, number: int, fails_at: int | None = None) -> None:
        self.number, self.fails_at = number, fails_at
        self.read: list[int] = []
        self.closed = False

    async def batches(self) -> AsyncGenerator[int]:
        try:
            for one in range(1, self.number + 1):
                await asyncio.sleep(0)
                if one == self.fails_at:
                    raise OSError("gone")
                self.read.append(one)
                yield one
        finally:
            self.closed = True


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_come_in_order_and_the_next_is_read_meanwhile() -> None:
    source, seen = Source(4), []
    async for one in prefetch(source.batches()):
        await turns()
        seen.append((one, len(source.read)))
    assert seen == [(1, 2), (2, 3), (3, 4), (4, 4)]
    assert source.closed


async def test_none_is_read_ahead_that_is_not_worth_it() -> None:
    source, seen = Source(4), []
    async for one in prefetch(source.batches(), lambda each: each == 2):
        await turns()
        seen.append((one, len(source.read)))
    assert seen == [(1, 1), (2, 3), (3, 3), (4, 4)]


async def test_a_failure_is_raised_after_what_came_before_it() -> None:
    source, seen = Source(4, fails_at=3), list[int]()

    async def follow() -> None:
        async for one in prefetch(source.batches()):
            await turns()
            seen.append(one)

    with pytest.raises(OSError, match="gone"):
        await follow()
    assert (seen, source.closed) == ([1, 2], True)


async def test_a_reader_that_stops_leaves_no_task_behind() -> None:
    source = Source(4)
    async with aclosing(prefetch(source.batches())) as batches:
        async for _ in batches:
            break
    before = len(source.read)
    await turns()
    assert (len(source.read), source.closed) == (before, True)
    assert len(asyncio.all_tasks()) == 1


async def test_a_cancelled_reader_leaves_no_task_behind() -> None:
    started = asyncio.Event()

    async def endless() -> AsyncGenerator[int]:
        started.set()
        await asyncio.Event().wait()
        yield 1

    async def follow() -> None:
        async with aclosing(prefetch(endless())) as batches:
            async for _ in batches:
                pass

    following = asyncio.create_task(follow())
    await started.wait()
    following.cancel()
    await asyncio.wait({following})
    assert following.cancelled()
    assert len(asyncio.all_tasks()) == 1
