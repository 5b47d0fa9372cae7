"""Every task that waits for a signal gets each notification, however many others wait."""

import asyncio

from shared.store.signal import LONGEST_DELAY, SHORTEST_DELAY, Backoff, Signal
from tests.running import within

FOREVER = 3600.0


async def test_each_of_many_tasks_gets_each_notification() -> None:
    signal, seen = Signal(), [0, 0, 0]

    async def follow(number: int) -> None:
        known = 0
        while known < 50:
            await signal.wait(known, FOREVER)
            known = signal.count
            seen[number] = known
            await asyncio.sleep(0)

    following = asyncio.gather(*(follow(number) for number in range(3)))
    for _ in range(50):
        signal.notify()
        await asyncio.sleep(0)
    await within(5, following)
    assert seen == [50, 50, 50]


async def test_a_notification_between_check_and_wait_is_not_lost() -> None:
    signal = Signal()
    known = signal.count
    signal.notify()  # another task sees this one, and waits for the next, before we wait
    other = asyncio.ensure_future(signal.wait(signal.count, FOREVER))
    await within(5, signal.wait(known, FOREVER))
    other.cancel()


async def test_a_wait_ends_without_a_notification_too() -> None:
    await within(5, Signal().wait(0, 0.01))


def test_polls_are_frequent_while_they_find_something_and_rare_otherwise() -> None:
    backoff = Backoff()
    assert backoff.next_delay(found=True) == SHORTEST_DELAY
    assert [backoff.next_delay(found=False) for _ in range(6)][-1] == LONGEST_DELAY
    assert backoff.next_delay(found=True) == SHORTEST_DELAY
