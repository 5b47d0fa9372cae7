"""The events of leads that are visible to a caller confined to a part of the organisation."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.projections import leads
from shared.rules.message import StoredEvent, subject_of
from shared.web.callers.place import Subtree


async def confine(tx: AsyncConnection, subtree: Subtree, stored: Sequence[StoredEvent]) -> list[StoredEvent]:
    """The events of leads that are inside now. Whom a lead belongs to changes with the work on it: what happened to it
    before is shown with it, and hidden with it."""
    inside = await leads.inside_among(tx, {subject_of(event.stream) for event in stored}, subtree.nodes)
    return [event for event in stored if subject_of(event.stream) in inside]
