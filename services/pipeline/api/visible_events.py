"""The events of deals that are visible to a caller confined to a part of the organisation."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.opportunity.events import Assigned, Corrected
from shared.rules.fields import ExternalId
from shared.rules.message import Event, StoredEvent
from shared.web.place import Subtree

ELSEWHERE = "_elsewhere"
"""The owner before a deal came into the subtree."""
LEAVING = frozenset({Assigned.type, Corrected.type})
"""The events that give a deal to another owner."""
OWNERS = ("owner", "from_owner")
"""The names under which the data of events have owners."""


class LeftView(Event):
    """A deal was given to an owner outside the part of the organisation that the reader sees. The event does not
    contain what happens to it from then on. Never stored: readers who see more get the event that it stands for."""

    type: ClassVar[str] = "opportunity.left_view"
    external_id: ExternalId | None


async def confine(tx: AsyncConnection, subtree: Subtree, stored: Sequence[StoredEvent]) -> list[StoredEvent]:
    return list(visible_events(subtree, stored))


def visible_events(subtree: Subtree, stored: Sequence[StoredEvent]) -> Iterator[StoredEvent]:
    """What happened to deals while their owners were such as are in the subtree today."""
    for event in stored:
        data: dict[str, Any] = orjson.loads(event.data)
        owner = data.get("owner")
        before = data.get("from_owner", owner)
        if subtree.includes(owner):
            yield event if subtree.includes(before) else with_data(event, data | {"from_owner": ELSEWHERE})
        elif subtree.includes(before):
            yield with_data(event, {"external_id": data.get("external_id")})._replace(type=LeftView.type)


def with_data(event: StoredEvent, data: dict[str, Any]) -> StoredEvent:
    return event._replace(data=orjson.dumps(data).decode())
