"""The events of deals that are visible to a caller confined to a part of the organisation."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.opportunity.events import Assigned, Corrected
from shared.rules.fields import ExternalId
from shared.rules.message import Event, StoredEvent
from shared.web.callers.place import Subtree

ELSEWHERE = "_elsewhere"
"""The owner before a deal came into the subtree."""
CORRECTED = ("amount", "currency", "close_date")
"""The fields that a correction may change together with the owner."""
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
    """The events of deals while their owners were such as are in the subtree today."""
    for event in stored:
        data: dict[str, Any] = orjson.loads(event.data)
        owner = data.get("owner")
        before = data.get("from_owner", owner)
        if subtree.includes(owner):
            yield event if subtree.includes(before) else with_data(event, data | before_arrival(data, data))
        elif subtree.includes(before):
            yield with_data(event, {"external_id": data.get("external_id")})._replace(type=LeftView.type)


def before_arrival(after: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The fields before an event that brings a deal into the subtree: nothing but that it was elsewhere. `after`: the
    deal's fields after the event. `names`: those of the event."""
    return {"from_owner": ELSEWHERE} | {f"from_{name}": after[name] for name in CORRECTED if f"from_{name}" in names}


def with_data(event: StoredEvent, data: dict[str, Any]) -> StoredEvent:
    return event._replace(data=orjson.dumps(data).decode())
