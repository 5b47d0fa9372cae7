"""Who waits for a position is told of it, and does not only look from time to time."""

import asyncio

import pytest

from shared.store.signal import Signal
from shared.web.freshness import wait_until
from shared.web.problems import PositionNotReached


class Deaf(Signal):
    """Its time is never over: only a call ends the wait."""

    async def after(self, known: int, seconds: float) -> None:
        await super().after(known, 3600)


async def test_a_call_while_it_looks_is_not_missed() -> None:
    store_changed, looks = Deaf(), list[int]()

    async def condition() -> bool:
        looks.append(len(looks))
        if len(looks) == 1:
            store_changed.notify()
        return len(looks) > 1

    async with asyncio.timeout(10):
        await wait_until(condition, store_changed, asyncio.get_running_loop().time() + 5)
    assert looks == [0, 1]


async def test_what_other_processes_do_is_seen_without_a_call() -> None:
    looks = iter([False, False, True])

    async def condition() -> bool:
        return next(looks)

    await wait_until(condition, Signal(), asyncio.get_running_loop().time() + 5)
    assert list(looks) == []


async def test_at_the_deadline_the_answer_is_no() -> None:
    async def never() -> bool:
        return False

    with pytest.raises(PositionNotReached):
        await wait_until(never, Signal(), asyncio.get_running_loop().time())
