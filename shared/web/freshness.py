"""`X-Min-Position`: waits until an answer contains what its caller asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import Headers

from shared.flow import checkpoint, parked
from shared.rules.reaction import REACTIONS
from shared.store import event_store
from shared.store.signal import Signal
from shared.web import conditions
from shared.web.problems import PositionNotReached
from shared.web.service_context import ServiceContext

FIRST_DELAY, LONGEST_DELAY = 0.005, 0.1
"""Seconds between polls."""


async def wait_for_positions(context: ServiceContext, headers: Headers) -> None:
    """Waits for the positions of `X-Min-Position`, as long as `Prefer` says. Raises `PositionNotReached`.

    Events that the service reacts to count as reached when the events of its reactions are applied too.
    """
    wanted = conditions.min_positions(headers)
    if not wanted:
        return
    check_sources(context, wanted)
    deadline = asyncio.get_running_loop().time() + conditions.wait_seconds(headers)
    reacted = {source: position for source, position in wanted.items() if source in context.reacted_sources}
    never = Signal()  # the store's signal comes at every commit, and each check costs a query: poll instead
    await wait_until(lambda: has_applied(context, REACTIONS, reacted), never, deadline)
    projected = {source: position for source, position in wanted.items() if source in context.projected_sources}
    own = await head(context) if reacted else 0
    if own or context.service in projected:
        projected[context.service] = max(own, projected.get(context.service, 0))
    await wait_until(
        lambda: has_applied(context, context.read_models, projected), context.read_models_changed, deadline
    )


def check_sources(context: ServiceContext, wanted: Mapping[str, int]) -> None:
    sources = context.projected_sources | context.reacted_sources
    if unknown := wanted.keys() - sources:
        detail = f"names {min(unknown)}; known here: {', '.join(sorted(sources))}"
        raise conditions.header_problem("X-Min-Position", detail)


async def head(context: ServiceContext) -> int:
    """The last position of the service's own store."""
    async with context.reads.connect() as tx:
        return await event_store.position(tx)


async def has_applied(context: ServiceContext, subscription: str, wanted: Mapping[str, int]) -> bool:
    """Raises `PositionNotReached` when an event before a wanted position is parked: waiting would not help."""
    if not wanted:
        return True
    async with context.reads.connect() as tx:
        applied = await checkpoint.positions(tx, subscription)
        if any(applied.get(source, 0) < position for source, position in wanted.items()):
            return False
        first_parked = await parked.first_parked_positions(tx, subscription)
    if any(first_parked.get(source, position + 1) <= position for source, position in wanted.items()):
        raise PositionNotReached("an event before this position is parked", code="parked")
    return True


async def wait_until(condition: Callable[[], Awaitable[bool]], changed: Signal, deadline: float) -> None:
    """Checks the condition at each notification, and, for what other processes do, at growing intervals. Raises
    `PositionNotReached` at the deadline, an instant of the event loop's clock."""
    delay, known = FIRST_DELAY, changed.count
    while not await condition():
        if asyncio.get_running_loop().time() >= deadline:
            raise PositionNotReached("X-Min-Position is not reached yet", code="not_yet")
        await changed.wait(known, delay)
        delay, known = min(delay * 1.25, LONGEST_DELAY), changed.count
