"""Whoever follows the store hears of each write, however many others listen."""

import asyncio

from shared.store.signal import LONGEST_DELAY, SHORTEST_DELAY, Backoff, Signal
from tests.running import within

FOREVER = 3600.0


async def test_each_of_many_hears_each_call() -> None:
    store_changed, heard = Signal(), [0, 0, 0]

    async def follow(number: int) -> None:
        known = 0
        while known < 50:
            await store_changed.after(known, FOREVER)
            known = store_changed.times
            heard[number] = known
            await asyncio.sleep(0)

    following = asyncio.gather(*(follow(number) for number in range(3)))
    for _ in range(50):
        store_changed.notify()
        await asyncio.sleep(0)
    await within(5, following)
    assert heard == [50, 50, 50]


async def test_a_call_between_look_and_wait_is_heard() -> None:
    store_changed = Signal()
    known = store_changed.times
    store_changed.notify()  # and another follower looks, and waits for more, before we do
    other = asyncio.ensure_future(store_changed.after(store_changed.times, FOREVER))
    await within(5, store_changed.after(known, FOREVER))
    other.cancel()


async def test_the_wait_ends_without_a_call_too() -> None:
    await within(5, Signal().after(0, 0.01))


def test_looks_are_frequent_while_there_is_news_and_rare_without() -> None:
    pause = Backoff()
    assert pause.after(news=True) == SHORTEST_DELAY
    assert [pause.after(news=False) for _ in range(6)][-1] == LONGEST_DELAY
    assert pause.after(news=True) == SHORTEST_DELAY
