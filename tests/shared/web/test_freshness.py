"""Requests that wait for a position share one reader, which sees what this process applies and what others apply."""

import asyncio
from collections.abc import AsyncIterator
from math import inf

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.store.signal import Signal
from shared.web.caches.applied import AppliedPositions
from shared.web.errors.problems import PositionNotReached, TooManyRequests
from tests.running import connected, eventually, within

ADVANCE = text("""
    INSERT INTO checkpoints (subscription, source, position, offsets) VALUES ('it', 'pipeline', :position, '{}')
    ON CONFLICT (subscription, source) DO UPDATE SET position = excluded.position""")


class Applied(AppliedPositions):
    """The applied positions, moved as a consumer does."""

    async def advance(self, position: int) -> None:
        async with self.reads.begin() as tx:
            await tx.execute(ADVANCE, {"position": position})

    async def wait_for(self, position: int, *, caller: str = "ann", deadline: float = inf) -> None:
        with self.interest(), self.waiting.slot(caller):
            reading = await self.first_reading()
            while not reading.includes({"pipeline": position}):
                reading = await self.reading_after(reading.number, deadline)


@pytest_asyncio.fixture
async def applied(database: str) -> AsyncIterator[Applied]:
    async with connected(database, search_path="pipeline") as engine:
        positions = Applied(engine, "it")
        running = asyncio.create_task(positions.run())
        yield positions
        running.cancel()


async def test_requests_that_wait_share_the_readings(applied: Applied) -> None:
    applied.waiting.capacity = 500
    waiting = [asyncio.create_task(applied.wait_for(7)) for _ in range(200)]
    await eventually(lambda: has_read(applied, 1))
    assert applied.begun < 20
    await applied.advance(7)
    await within(10, asyncio.gather(*waiting))
    assert applied.begun < 100


async def has_read(applied: Applied, number: int) -> bool:
    return applied.latest.number >= number


async def test_what_another_process_applies_is_seen_without_a_notification(applied: Applied) -> None:
    waiting = asyncio.create_task(applied.wait_for(3))
    await eventually(lambda: has_read(applied, 2))
    await applied.advance(3)
    await within(10, waiting)


async def test_what_this_process_applies_is_seen_at_its_notification(
    applied: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NeverTimesOut(Signal):
        async def wait(self, known: int, timeout: float) -> None:  # noqa: ASYNC109
            await super().wait(known, 3600)

    applied.wake = NeverTimesOut()
    waiting = asyncio.create_task(applied.wait_for(3))
    await eventually(lambda: has_read(applied, 1))
    await applied.advance(3)
    applied.wake.notify()
    await within(10, waiting)


async def test_nothing_is_read_while_nobody_waits(applied: Applied) -> None:
    await applied.advance(1)
    await applied.wait_for(1)
    number = applied.begun
    applied.wake.notify()
    await applied.advance(2)
    assert applied.begun <= number + 1


async def test_at_the_deadline_the_position_is_not_reached(applied: Applied) -> None:
    with pytest.raises(PositionNotReached):
        await applied.wait_for(1, deadline=asyncio.get_running_loop().time())


async def test_one_caller_cannot_wait_too_often_and_others_still_can(applied: Applied) -> None:
    applied.waiting.capacity = 2
    waiting = [asyncio.create_task(applied.wait_for(1)) for _ in range(2)]
    await eventually(lambda: has_read(applied, 1))
    with pytest.raises(TooManyRequests):
        await applied.wait_for(1)
    waiting.append(asyncio.create_task(applied.wait_for(1, caller="bob")))
    await applied.advance(1)
    await within(10, asyncio.gather(*waiting))
    await applied.wait_for(1)
    assert not applied.waiting.used


async def test_a_database_that_does_not_answer_ends_the_wait(empty_database: str) -> None:
    async with connected(empty_database) as engine:
        positions = Applied(engine, "it")
        running = asyncio.create_task(positions.run())
        with pytest.raises(SQLAlchemyError):
            await positions.wait_for(1)
        running.cancel()
