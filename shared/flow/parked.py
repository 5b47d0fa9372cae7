"""Keys parked by a consumer: an event that cannot be applied and, behind it, the later events of its key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
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
from shared.store.database_errors import sqlstate
from shared.store.event_store import metadata
from shared.store.rows import plain

MAX_PARKED_PER_MINUTE = 20
"""The number of parked keys above which the fault is in the code, not in single bad events: the consumer stops
instead."""


class TooManyParked(Exception):
    """The consumer must stop: parking so many keys would hide a fault that affects all of them."""


class ParkedColumns(TypedColumns):
    """`wish`: the action that an operator requested, `release` or `skip`; only in the first row of a key."""

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
"""Kept for ever: a rebuild of the same tables leaves the same events out."""
KEYS = text("""
    SELECT DISTINCT ON (subscription, source, key) subscription, source, key, position,
        count(*) OVER (PARTITION BY subscription, source, key) AS events, error, parked_at, wish
    FROM parked WHERE subscription = ANY(:subscriptions) ORDER BY subscription, source, key, position""").bindparams(
    bindparam("subscriptions", type_=ARRAY(Text))
)
INHERIT_SKIPPED = text("""
    INSERT INTO skipped (subscription, source, position, key, error, skipped_at)
    SELECT DISTINCT ON (source, position) :subscription, source, position, key, error, skipped_at FROM skipped
    WHERE starts_with(subscription, :prefix) ORDER BY source, position, skipped_at
    ON CONFLICT DO NOTHING""")


@dataclass(frozen=True)
class ParkedKey:
    """`position` and `error`: of the key's first parked event. `events`: how many are parked, the first included.
    `wish`: the requested action."""

    subscription: str
    source: str
    key: str
    position: int
    events: int
    error: str | None
    parked_at: datetime
    wish: str | None


def is_poison(error: Exception) -> bool:
    """Whether applying the event again must fail again: bad data does; connections, locks, memory and disks recover."""
    if isinstance(error, SQLAlchemyError):
        return isinstance(error, StatementError) and is_data_error(error)
    return not isinstance(error, OSError)


def is_data_error(error: StatementError) -> bool:
    """SQLSTATE classes 22 and 23, or a value that the driver cannot encode."""
    return sqlstate(error).startswith(("22", "23")) or isinstance(getattr(error.orig, "__cause__", None), ValueError)


async def park_events(
    tx: AsyncConnection, subscription: str, source: str, events: Sequence[StoredEvent], error: Exception | None = None
) -> None:
    """`error`: of the first event of a key; none for the events behind it."""
    if not events:
        return
    row: dict[str, Any] = {
        "subscription": subscription,
        "source": source,
        "error": None if error is None else type(error).__name__,
    }
    rows = [row | {"position": one.position, "key": one.stream, "event": event_to_json(one)} for one in events]
    await tx.execute(insert(parked).on_conflict_do_nothing(), rows)


def event_to_json(event: StoredEvent) -> dict[str, Any]:
    """The whole event: a release need not read the log again."""
    fields: dict[str, Any] = orjson.loads(orjson.dumps(event._asdict(), default=plain))
    return fields


async def check_parking_rate(tx: AsyncConnection) -> None:
    """Raises `TooManyParked`."""
    recent = parked.c.parked_at > func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 1)
    count = (await tx.execute(select(func.count()).where(parked.c.error.is_not(None), recent))).scalar_one()
    if count >= MAX_PARKED_PER_MINUTE:
        raise TooManyParked(f"{count} keys were parked within a minute")


async def first_parked_positions(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """The first parked position of each source: answers from there on are incomplete."""
    query = select(parked.c.source, func.min(parked.c.position)).where(parked.c.subscription == subscription)
    return {row[0]: row[1] for row in await tx.execute(query.group_by(parked.c.source))}


async def excluded_positions(tx: AsyncConnection, subscription: str) -> set[tuple[str, int]]:
    """Source and position of all parked and skipped events. All others up to the checkpoint are applied."""
    tables = (select(table.c.source, table.c.position, table.c.subscription) for table in (parked, skipped))
    either = union_all(*tables).subquery()
    rows = await tx.execute(select(either.c.source, either.c.position).where(either.c.subscription == subscription))
    return {(row[0], row[1]) for row in rows}


async def parked_keys(tx: AsyncConnection, subscriptions: Collection[str]) -> list[ParkedKey]:
    rows = await tx.execute(KEYS, {"subscriptions": list(subscriptions)})
    return [ParkedKey(**row) for row in rows.mappings()]


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    """Skipped events stay: every later version of the read models leaves them out too."""
    await tx.execute(delete(parked).where(parked.c.subscription == subscription))


async def begin_subscription(tx: AsyncConnection, subscription: str, prefix: str) -> None:
    """Prepares a new version of read models: it skips what any subscription whose name has this prefix skipped."""
    await delete_subscription(tx, subscription)
    await tx.execute(INHERIT_SKIPPED, {"subscription": subscription, "prefix": prefix})
