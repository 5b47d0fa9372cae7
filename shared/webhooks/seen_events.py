"""What a webhook receives whose creator is confined to a part of the organisation: as its feed, by today's tree."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import frontier
from shared.rules.message import StoredEvent
from shared.web.access import Caller
from shared.web.place import Subtree
from shared.web.places import Places
from shared.web.problems import NotFound
from shared.webhooks.state import There

SeeEvents = Callable[[AsyncConnection, Sequence[StoredEvent]], Awaitable[Sequence[StoredEvent]]]
"""Raises `ChartStale`."""


def seen_by(state: There, places: Places | None) -> SeeEvents:
    async def see(tx: AsyncConnection, stored: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        if state.place == (None, None):
            return stored
        if places is None or places.organisation.confine is None:
            return []
        return await places.organisation.confine(tx, await subtree_of(tx, state, places), stored)

    return see


async def subtree_of(tx: AsyncConnection, state: There, places: Places) -> Subtree:
    """Empty while the node is not in the organisation."""
    node, on_behalf_of = state.place
    creator = Caller("webhook", state.owner, frozenset(), node, on_behalf_of=on_behalf_of)
    try:
        return await places.subtree(tx, await frontier.find(tx, places.subscription), creator, reads=True)
    except NotFound:
        return Subtree(on_behalf_of or node, frozenset())
