"""`X-Min-Position`: waits until an answer contains what its caller asks for."""

import asyncio
from collections.abc import Hashable, Mapping

from starlette.datastructures import Headers

from shared.flow import checkpoint
from shared.store import event_store
from shared.web.caches.applied import AppliedPositions
from shared.web.requests import conditions
from shared.web.service_context import ServiceContext

COMPLETE_WITHIN = 5
"""Seconds, or as many as `Prefer` says if these are more."""
FAR_AHEAD = 1_000_000
"""No answer gives out a position that lies so far after all that is known of its source."""


async def wait_for_positions(context: ServiceContext, headers: Headers, caller: Hashable) -> None:
    """Waits for the positions of `X-Min-Position`, as long as `Prefer` says. Raises `PositionNotReached`, for a source
    or a position that cannot be meant `InvalidRequest`, and `TooManyRequests` when too many of this caller's wait.

    Events that the service reacts to count as reached when the events of its reactions are applied too.
    """
    positions = conditions.min_positions(headers)
    if not positions:
        return
    check_sources(context, positions)
    deadline = asyncio.get_running_loop().time() + conditions.wait_seconds(headers)
    reacted = {source: position for source, position in positions.items() if source in context.reacted_sources}
    await wait_for(context, context.reactions_applied, reacted, deadline, caller)
    projected = {source: position for source, position in positions.items() if source in context.projected_sources}
    own = await head(context) if reacted else 0
    if own or context.service in projected:
        projected[context.service] = max(own, projected.get(context.service, 0))
    await wait_for(context, context.read_models_applied, projected, deadline, caller)


async def wait_until_applied(
    context: ServiceContext, positions: Mapping[str, int], headers: Headers, caller: Hashable
) -> None:
    """Waits until the read models contain these positions, as long as `Prefer` says. Raises `PositionNotReached`."""
    deadline = asyncio.get_running_loop().time() + conditions.wait_seconds(headers)
    await wait_for(context, context.read_models_applied, positions, deadline, caller)


async def wait_until_complete(context: ServiceContext, headers: Headers, caller: Hashable) -> None:
    """Waits until the read models contain all that the service's store contains now. Raises `PositionNotReached`."""
    deadline = asyncio.get_running_loop().time() + max(conditions.wait_seconds(headers), COMPLETE_WITHIN)
    positions = {context.service: await head(context)}
    await wait_for(context, context.read_models_applied, positions, deadline, caller)


def check_sources(context: ServiceContext, positions: Mapping[str, int]) -> None:
    sources = context.projected_sources | context.reacted_sources
    if unknown := positions.keys() - sources:
        detail = f"names {min(unknown)}; known here: {', '.join(sorted(sources)) or 'none'}"
        raise conditions.header_problem("X-Min-Position", detail)


async def head(context: ServiceContext) -> int:
    """The last position of the service's own store."""
    async with context.reads.connect() as tx:
        return await event_store.position(tx)


async def wait_for(
    context: ServiceContext, applied: AppliedPositions, positions: Mapping[str, int], deadline: float, caller: Hashable
) -> None:
    if not positions:
        return
    with applied.interest():
        reading = await applied.first_reading()
        if reading.includes(positions):
            return
        await must_not_be_far_ahead(context, positions)
        with applied.waiting.slot(caller):
            while not reading.includes(positions):
                reading = await applied.reading_after(reading.number, deadline)


async def must_not_be_far_ahead(context: ServiceContext, positions: Mapping[str, int]) -> None:
    """Compared with what any subscription has applied: new read models begin from nothing."""
    async with context.reads.connect() as tx:
        known = await checkpoint.furthest_positions(tx, "")
        known[context.service] = await event_store.position(tx)
    for source, position in positions.items():
        if position > known.get(source, 0) + FAR_AHEAD:
            detail = f"names {source}:{position}, but {source} is at about {known.get(source, 0)}"
            raise conditions.header_problem("X-Min-Position", detail)
