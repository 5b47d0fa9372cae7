"""Writes of another process notify all followers of the store."""

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import event_store
from shared.store.signal import LONGEST_DELAY, SHORTEST_DELAY, Signal
from shared.store.watch import StoreWatch
from tests.shared.flow.stored import run_of


async def append(store: AsyncEngine, first: int, last: int) -> None:
    async with store.begin() as tx:
        await event_store.append(tx, run_of(range(first, last + 1)))


async def test_a_store_that_has_grown_notifies_once(store: AsyncEngine) -> None:
    changed = Signal()
    watch = StoreWatch(store, changed)
    await append(store, 1, 3)
    assert await watch.look() == SHORTEST_DELAY
    await watch.look()
    assert (changed.count, watch.position) == (1, 3)


async def test_looks_are_rare_while_only_this_process_writes(store: AsyncEngine) -> None:
    changed, delays = Signal(), list[float]()
    watch = StoreWatch(store, changed)
    for position in range(1, 6):
        await append(store, position, position)
        changed.notify()
        delays.append(await watch.look())
    assert delays[-1] == LONGEST_DELAY
