"""`X-Min-Position`: an answer that is as fresh as its caller asks, or none."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import Headers

from shared.flow import checkpoint, parked
from shared.store import event_store
from shared.store.signal import Signal
from shared.web import conditions
from shared.web.problems import PositionNotReached
from shared.web.service_context import REACTIONS, ServiceContext


async def wait_for_positions(running: ServiceContext, headers: Headers) -> None:
    """Waits as long as the caller prefers. Raises `NotYet` rather than let an older answer be given."""
    wanted = conditions.min_positions(headers)
    if not wanted:
        return
    check_sources(running, wanted)
    deadline = asyncio.get_running_loop().time() + conditions.wait_seconds(headers)
    reacted = {source: position for source, position in wanted.items() if source in running.reacted}
    nobody = Signal()  # the store's would call at every commit, and each look is a query
    await wait_until(lambda: has_applied(running, REACTIONS, reacted), nobody, deadline)
    least = {source: position for source, position in wanted.items() if source in running.projected}
    mine = await head(running) if reacted else 0
    if mine or running.service in least:
        least[running.service] = max(mine, least.get(running.service, 0))
    await wait_until(lambda: has_applied(running, running.projections, least), running.read_models_changed, deadline)


def check_sources(running: ServiceContext, wanted: Mapping[str, int]) -> None:
    unknown = wanted.keys() - running.projected - running.reacted
    if unknown:
        known = ", ".join(sorted(running.projected | running.reacted))
        raise conditions.header_problem("X-Min-Position", f"names {min(unknown)}; known here: {known}")


async def head(running: ServiceContext) -> int:
    """Of the service's own store: what it reacted to may have led to events of its own."""
    async with running.reads.connect() as tx:
        return await event_store.position(tx)


async def has_applied(running: ServiceContext, subscription: str, wanted: Mapping[str, int]) -> bool:
    if not wanted:
        return True
    async with running.reads.connect() as tx:
        applied = await checkpoint.positions(tx, subscription)
        if any(applied.get(source, 0) < position for source, position in wanted.items()):
            return False
        aside = await parked.first_parked_positions(tx, subscription)
    if any(aside.get(source, position + 1) <= position for source, position in wanted.items()):
        raise PositionNotReached("an event before this position is parked", code="parked")
    return True


async def wait_until(condition: Callable[[], Awaitable[bool]], store_changed: Signal, deadline: float) -> None:
    """Looks at each call, and, because other processes work too, again and again, less and less often, until the
    deadline of the loop's clock."""
    pause, known = 0.005, store_changed.times
    while not await condition():
        if asyncio.get_running_loop().time() >= deadline:
            raise PositionNotReached("X-Min-Position is not reached yet", code="not_yet")
        await store_changed.after(known, pause)
        pause, known = min(pause * 1.25, 0.1), store_changed.times
