"""An operator's actions on a parked key: to release it, or to skip its first event.

The operator requests an action, in the first row of the key. The consumer of the subscription carries it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.parked import parked, skipped
from shared.rules.message import StoredEvent

Action = Literal["release", "skip"]
STORED = TypeAdapter(StoredEvent)
REQUEST_ACTION = text("""
    UPDATE parked SET wish = :action
    WHERE subscription = :subscription AND source = :source AND position = (SELECT min(position) FROM parked
        WHERE subscription = :subscription AND source = :source AND key = :key) RETURNING position""")
OLDEST_REQUEST = text("""
    SELECT key, wish FROM parked WHERE subscription = :subscription AND source = :source AND wish IS NOT NULL
    ORDER BY position LIMIT 1""")
REMOVE = text("""
    DELETE FROM parked WHERE subscription = :subscription AND source = :source AND position = ANY(:positions)
    RETURNING position""").bindparams(bindparam("positions", type_=ARRAY(BigInteger)))
RECORD_FAILURE = text("""
    UPDATE parked SET error = :error, wish = NULL
    WHERE subscription = :subscription AND source = :source AND position = :position""")


@dataclass(frozen=True)
class RequestedAction:
    """An action with the first parked events of the key that it was requested for."""

    action: str
    events: Sequence[StoredEvent]


async def request_action(tx: AsyncConnection, subscription: str, source: str, key: str, action: Action) -> int | None:
    """Returns the position of the key's first parked event; none when the key is not parked."""
    values = {"subscription": subscription, "source": source, "key": key, "action": action}
    position: int | None = (await tx.execute(REQUEST_ACTION, values)).scalar_one_or_none()
    return position


async def find_requested_action(
    tx: AsyncConnection, subscription: str, source: str, limit: int
) -> RequestedAction | None:
    """The oldest request, with at most `limit` events."""
    row = (await tx.execute(OLDEST_REQUEST, {"subscription": subscription, "source": source})).one_or_none()
    if row is None:
        return None
    of_key = (parked.c.subscription == subscription) & (parked.c.source == source) & (parked.c.key == row.key)
    queue = await tx.execute(select(parked.c.event).where(of_key).order_by(parked.c.position).limit(limit))
    return RequestedAction(row.wish, [event_from_json(event) for event in queue.scalars()])


async def remove_events(tx: AsyncConnection, subscription: str, source: str, events: Sequence[StoredEvent]) -> bool:
    """Removes the first events of a key, and requests the release of what is left of it. False when another process
    has removed them already."""
    values = {"subscription": subscription, "source": source, "positions": [event.position for event in events]}
    removed = (await tx.execute(REMOVE, values)).all()
    await request_action(tx, subscription, source, events[0].stream, "release")
    return len(removed) == len(events)


async def skip_event(tx: AsyncConnection, subscription: str, source: str, event: StoredEvent) -> bool:
    """Drops the first event of a key for ever. False when another process has done so already."""
    this_one = (parked.c.subscription == subscription) & (parked.c.source == source)
    row = select(parked.c.subscription, parked.c.source, parked.c.position, parked.c.key, parked.c.error).where(
        this_one & (parked.c.position == event.position)
    )
    await tx.execute(insert(skipped).from_select(["subscription", "source", "position", "key", "error"], row))
    return await remove_events(tx, subscription, source, [event])


async def record_failure(
    tx: AsyncConnection, subscription: str, source: str, event: StoredEvent, error: Exception
) -> None:
    """Clears the request: the event could not be applied this time either."""
    values = {"subscription": subscription, "source": source, "position": event.position}
    await tx.execute(RECORD_FAILURE, {**values, "error": type(error).__name__})


def event_from_json(fields: dict[str, Any]) -> StoredEvent:
    return STORED.validate_python(fields)
