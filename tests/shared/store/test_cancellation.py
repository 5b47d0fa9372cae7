"""Resources are closed completely, also when the task is cancelled meanwhile."""

import asyncio

import pytest

from shared.store.cancellation import run_to_completion


async def test_a_close_runs_to_its_end_though_it_is_cancelled_twice() -> None:
    began, go_on, ended = asyncio.Event(), asyncio.Event(), []

    async def ending() -> None:
        began.set()
        await go_on.wait()
        ended.append("all of it")

    waiting = asyncio.create_task(run_to_completion(ending()))
    await began.wait()
    for _ in range(2):
        waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
    go_on.set()
    await asyncio.wait({waiting})
    assert (ended, waiting.cancelled()) == (["all of it"], True)


async def test_an_error_of_a_close_is_raised() -> None:
    async def ending() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await run_to_completion(ending())
