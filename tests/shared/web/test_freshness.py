"""A read that waits for a position is woken by a signal, and polls for what other processes write."""

import asyncio

import pytest

from shared.store.signal import Signal
from shared.web.freshness import wait_until
from shared.web.problems import PositionNotReached


class NeverTimesOut(Signal):
    """Only a notification ends the wait."""

    async def wait(self, known: int, timeout: float) -> None:  # noqa: ASYNC109
        await super().wait(known, 3600)


async def test_a_notification_during_the_check_is_not_missed() -> None:
    changed, checks = NeverTimesOut(), list[int]()

    async def condition() -> bool:
        checks.append(len(checks))
        if len(checks) == 1:
            changed.notify()
        return len(checks) > 1

    async with asyncio.timeout(10):
        await wait_until(condition, changed, asyncio.get_running_loop().time() + 5)
    assert checks == [0, 1]


async def test_a_change_by_another_process_is_seen_without_a_notification() -> None:
    checks = iter([False, False, True])

    async def condition() -> bool:
        return next(checks)

    await wait_until(condition, Signal(), asyncio.get_running_loop().time() + 5)
    assert list(checks) == []


async def test_at_the_deadline_the_position_is_not_reached() -> None:
    async def never() -> bool:
        return False

    with pytest.raises(PositionNotReached):
        await wait_until(never, Signal(), asyncio.get_running_loop().time())
