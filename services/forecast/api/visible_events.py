"""The events of the forecast that are visible to a caller confined to a part of the organisation: those about its
nodes, without what a manager outside made of them."""

from collections.abc import Sequence

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.override.events import OverrideReset, OverrideSet
from services.forecast.quota.events import QuotaSet
from services.forecast.snapshot.events import WeekLocked
from services.forecast.submission.events import CallSubmitted
from shared.rules.message import StoredEvent
from shared.web.callers.place import Subtree

OVERRIDES = frozenset({OverrideSet.type, OverrideReset.type})
ABOUT_NODES = OVERRIDES | {QuotaSet.type, WeekLocked.type, CallSubmitted.type}


async def confine(tx: AsyncConnection, subtree: Subtree, stored: Sequence[StoredEvent]) -> list[StoredEvent]:
    return [without_hash(event) for event in stored if is_visible(subtree, event)]


def is_visible(subtree: Subtree, event: StoredEvent) -> bool:
    if event.type not in ABOUT_NODES:
        return False
    data = orjson.loads(event.data)
    if not subtree.includes(data["node"]):
        return False
    if event.type not in OVERRIDES or data["by"] == "self":
        return True
    under = data.get("under")
    return data["node"] != subtree.node and (under is None or subtree.includes(under))


def without_hash(event: StoredEvent) -> StoredEvent:
    """The event without the hash: among the figures behind the hash of a locked week is what the node's manager made of
    them."""
    if event.type != WeekLocked.type:
        return event
    return event._replace(data=orjson.dumps(orjson.loads(event.data) | {"hash": None}).decode())
