"""Keys set aside by a consumer: the event that cannot be applied and, behind it, what followed for its key.

An operator wishes that a key be released, or that its first event be skipped; the consumer carries the wish out. The
first row of a key has an error, or the wish."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Named,
    Table,
    Text,
    TypedColumns,
    bindparam,
    delete,
    func,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import StoredEvent
from shared.store.committer import sqlstate
from shared.store.event_store import metadata
from shared.store.rows import plain

MAX_PARKED_PER_MINUTE = 20
"""More keys than this at once is no poison event but a fault of ours: the consumer stops instead."""


class TooManyParked(Exception):
    """The consumer must stop: setting aside so many keys would hide a fault that concerns all."""


class ParkedColumns(TypedColumns):
    subscription: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True)
    key: Named[str] = Column(Text)
    event: Named[dict[str, Any]] = Column(JSONB)
    error: Named[str | None] = Column(Text)
    parked_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())
    wish: Named[str | None] = Column(Text)


class SkippedColumns(TypedColumns):
    subscription: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True)
    key: Named[str] = Column(Text)
    error: Named[str | None] = Column(Text)
    skipped_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())


parked = Table("parked", metadata, ParkedColumns)
skipped = Table("skipped", metadata, SkippedColumns)
"""Kept for ever: who builds the same tables again leaves the same events out."""
Action = Literal["release", "skip"]
STORED = TypeAdapter(StoredEvent)
KEYS = text("""
    SELECT DISTINCT ON (subscription, source, key) subscription, source, key, position,
        count(*) OVER (PARTITION BY subscription, source, key) AS events, error, parked_at, wish
    FROM parked WHERE subscription = ANY(:subscriptions) ORDER BY subscription, source, key, position""").bindparams(
    bindparam("subscriptions", type_=ARRAY(Text))
)
REQUEST_ACTION = text("""
    UPDATE parked SET wish = :wish
    WHERE subscription = :subscription AND source = :source AND position = (SELECT min(position) FROM parked
        WHERE subscription = :subscription AND source = :source AND key = :key) RETURNING position""")
OLDEST_REQUEST = text("""
    SELECT key, wish FROM parked WHERE subscription = :subscription AND source = :source AND wish IS NOT NULL
    ORDER BY position LIMIT 1""")
REMOVE = text("""
    DELETE FROM parked WHERE subscription = :subscription AND source = :source AND position = ANY(:positions)
    RETURNING position""").bindparams(bindparam("positions", type_=ARRAY(BigInteger)))
FAILED_AGAIN = text("""
    UPDATE parked SET error = :error, wish = NULL
    WHERE subscription = :subscription AND source = :source AND position = :position""")
INHERIT_SKIPPED = text("""
    INSERT INTO skipped (subscription, source, position, key, error, skipped_at)
    SELECT DISTINCT ON (source, position) :subscription, source, position, key, error, skipped_at FROM skipped
    WHERE starts_with(subscription, :family) ORDER BY source, position, skipped_at
    ON CONFLICT DO NOTHING""")


@dataclass(frozen=True)
class ParkedKey:
    """`position`: of its first event, the one with the error; `events`: how many wait, that one among them."""

    subscription: str
    source: str
    key: str
    position: int
    events: int
    error: str | None
    parked_at: datetime
    wish: str | None


@dataclass(frozen=True)
class RequestedAction:
    """What is to be done with the first events of a key."""

    wish: str
    events: Sequence[StoredEvent]


def is_poison(error: Exception) -> bool:
    """Whether trying again must fail again. Connections, locks, memory and disks pass; data does not."""
    if isinstance(error, SQLAlchemyError):
        return isinstance(error, StatementError) and is_data_error(error)
    return not isinstance(error, OSError)


def is_data_error(error: StatementError) -> bool:
    """SQLSTATE 22 and 23, or a value that the driver could not even send."""
    return sqlstate(error).startswith(("22", "23")) or isinstance(getattr(error.orig, "__cause__", None), ValueError)


async def park_events(
    tx: AsyncConnection, subscription: str, source: str, events: Sequence[StoredEvent], error: Exception | None = None
) -> None:
    """With the error for the first of its key; without for those that wait behind it."""
    if not events:
        return
    where: dict[str, Any] = {"subscription": subscription, "source": source}
    told = None if error is None else type(error).__name__
    rows = [
        where | {"position": event.position, "key": event.stream, "event": event_to_json(event), "error": told}
        for event in events
    ]
    await tx.execute(insert(parked).on_conflict_do_nothing(), rows)


def event_to_json(event: StoredEvent) -> dict[str, Any]:
    """The event as it came, so that a release needs no second look into the log."""
    told: dict[str, Any] = orjson.loads(orjson.dumps(event._asdict(), default=plain))
    return told


async def check_parking_rate(tx: AsyncConnection) -> None:
    recent = parked.c.parked_at > func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 1)
    count = (await tx.execute(select(func.count()).where(parked.c.error.is_not(None), recent))).scalar_one()
    if count >= MAX_PARKED_PER_MINUTE:
        raise TooManyParked(f"{count} keys were parked within a minute")


async def first_parked_positions(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """By source: the first position that is not applied although later ones are."""
    query = (
        select(parked.c.source, func.min(parked.c.position))
        .where(parked.c.subscription == subscription)
        .group_by(parked.c.source)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def excluded_positions(tx: AsyncConnection, subscription: str) -> set[tuple[str, int]]:
    """Source and position of what is parked, or was skipped: all else up to the checkpoint is applied."""
    tables = (select(table.c.source, table.c.position, table.c.subscription) for table in (parked, skipped))
    either = union_all(*tables).subquery()
    rows = await tx.execute(select(either.c.source, either.c.position).where(either.c.subscription == subscription))
    return {(row[0], row[1]) for row in rows}


async def parked_keys(tx: AsyncConnection, subscriptions: Collection[str]) -> list[ParkedKey]:
    """Of these subscriptions: another version's read models, or those of one that is gone, are not ours to tell of."""
    rows = await tx.execute(KEYS, {"subscriptions": list(subscriptions)})
    return [ParkedKey(**row) for row in rows.mappings()]


# -- what an operator wishes, and how it comes true -------------------------------------------------------------


async def request_action(tx: AsyncConnection, subscription: str, source: str, key: str, wish: Action) -> int | None:
    """Returns the position of the key's first event, to which a skip would apply; none when the key is not parked."""
    of_key = {"subscription": subscription, "source": source, "key": key}
    found: int | None = (await tx.execute(REQUEST_ACTION, {**of_key, "wish": wish})).scalar_one_or_none()
    return found


async def find_requested_action(
    tx: AsyncConnection, subscription: str, source: str, limit: int
) -> RequestedAction | None:
    """The oldest wish, with the first events of its key."""
    row = (await tx.execute(OLDEST_REQUEST, {"subscription": subscription, "source": source})).one_or_none()
    if row is None:
        return None
    mine = (parked.c.subscription == subscription) & (parked.c.source == source) & (parked.c.key == row.key)
    queue = await tx.execute(select(parked.c.event).where(mine).order_by(parked.c.position).limit(limit))
    return RequestedAction(row.wish, [event_from_json(event) for event in queue.scalars()])


async def remove_events(tx: AsyncConnection, subscription: str, source: str, events: Sequence[StoredEvent]) -> bool:
    """Removes the first events of a key; what is left of it is to be released next. False when they are not there any
    more: somebody else carried the wish out."""
    mine = {"subscription": subscription, "source": source}
    taken = await tx.execute(REMOVE, {**mine, "positions": [event.position for event in events]})
    await request_action(tx, subscription, source, events[0].stream, "release")
    return len(taken.all()) == len(events)


async def skip_event(tx: AsyncConnection, subscription: str, source: str, event: StoredEvent) -> bool:
    """Drops a key's first event for ever; false as for `take`."""
    mine = (parked.c.subscription == subscription) & (parked.c.source == source)
    row = select(parked.c.subscription, parked.c.source, parked.c.position, parked.c.key, parked.c.error).where(
        mine & (parked.c.position == event.position)
    )
    await tx.execute(insert(skipped).from_select(["subscription", "source", "position", "key", "error"], row))
    return await remove_events(tx, subscription, source, [event])


async def record_failure(
    tx: AsyncConnection, subscription: str, source: str, event: StoredEvent, why: Exception
) -> None:
    mine = {"subscription": subscription, "source": source, "position": event.position}
    await tx.execute(FAILED_AGAIN, {**mine, "error": type(why).__name__})


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    await tx.execute(delete(parked).where(parked.c.subscription == subscription))


async def begin_subscription(tx: AsyncConnection, subscription: str, family: str) -> None:
    """Of a new version of read models: it leaves out what any version did until now. They are named with a prefix."""
    await delete_subscription(tx, subscription)
    await tx.execute(INHERIT_SKIPPED, {"subscription": subscription, "family": family})


def event_from_json(told: dict[str, Any]) -> StoredEvent:
    return STORED.validate_python(told)
