"""The events that a webhook receives if its creator is confined to a part of the organisation: those of the creator's
feed, by today's tree."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import checkpoint, frontier
from shared.rules.message import StoredEvent
from shared.web.callers.access import Caller
from shared.web.callers.place import Subtree
from shared.web.callers.places import Places
from shared.web.errors.problems import NotFound
from shared.webhooks.state import Existing


class VisibleEvents(NamedTuple):
    """`events`: those of some stored events that the webhook receives; raises `OrganisationStale`. `until`: the
    position up to which that can be decided; none: it always can."""

    events: Callable[[AsyncConnection, Sequence[StoredEvent]], Awaitable[Sequence[StoredEvent]]]
    until: Callable[[AsyncConnection], Awaitable[int]] | None = None


def visible_to_creator(state: Existing, source: str, places: Places | None) -> VisibleEvents:
    """`source`: the service that has the webhook."""
    if state.place == (None, None):
        return VisibleEvents(all_events)
    if places is None or places.organisation.confine is None:
        return VisibleEvents(no_events)
    return VisibleEvents(partial(confined_events, state, places), partial(applied, source, places))


async def all_events(tx: AsyncConnection, stored: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
    return stored


async def no_events(tx: AsyncConnection, stored: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
    return []


async def confined_events(
    state: Existing, places: Places, tx: AsyncConnection, stored: Sequence[StoredEvent]
) -> Sequence[StoredEvent]:
    confine = places.organisation.confine
    return [] if confine is None else await confine(tx, await subtree_of(tx, state, places), stored)


async def applied(source: str, places: Places, tx: AsyncConnection) -> int:
    """The position up to which the read models, which decide what may be seen, have applied events."""
    return (await checkpoint.positions(tx, places.subscription)).get(source, 0)


async def subtree_of(tx: AsyncConnection, state: Existing, places: Places) -> Subtree:
    """The nodes; empty while the node is not in the organisation."""
    node, on_behalf_of = state.place
    creator = Caller("webhook", state.owner, frozenset(), node, on_behalf_of=on_behalf_of)
    try:
        return await places.subtree(
            tx, await frontier.find(tx, places.subscription, confined=True), creator, reads=True
        )
    except NotFound:
        return Subtree(creator.confined_to, frozenset())
