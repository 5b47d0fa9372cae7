"""A client of Kafka's is ended wholly, whatever happens meanwhile."""

import asyncio

import pytest

from shared.flow.log.clients import run_to_completion


async def test_an_end_that_is_cut_short_twice_is_carried_out_and_the_cut_is_heard_of() -> None:
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


async def test_an_end_that_fails_is_told_of() -> None:
    async def ending() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await run_to_completion(ending())
