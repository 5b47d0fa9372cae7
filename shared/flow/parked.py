"""Keys set aside by a consumer: the event that cannot be applied and, behind it, what followed for its key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, DateTime, Named, Table, Text, TypedColumns, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.rows import plain
from shared.rules.message import StoredEvent
from shared.store.committer import sqlstate
from shared.store.event_store import metadata

MOST_IN_A_MINUTE = 20
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


parked = Table("parked", metadata, ParkedColumns)


def is_poison(error: Exception) -> bool:
    """Whether trying again must fail again. Connections, locks, memory and disks pass; data does not."""
    if isinstance(error, SQLAlchemyError):
        return isinstance(error, StatementError) and is_data_error(error)
    return not isinstance(error, OSError)


def is_data_error(error: StatementError) -> bool:
    """SQLSTATE 22 and 23, or a value that the driver could not even send."""
    return sqlstate(error).startswith(("22", "23")) or isinstance(getattr(error.orig, "__cause__", None), ValueError)


async def set_aside(
    tx: AsyncConnection, subscription: str, source: str, events: Sequence[StoredEvent], error: Exception | None = None
) -> None:
    """With the error for the first of its key; without for those that wait behind it."""
    if not events:
        return
    where: dict[str, Any] = {"subscription": subscription, "source": source}
    told = None if error is None else type(error).__name__
    rows = [
        where | {"position": event.position, "key": event.stream, "event": as_json(event), "error": told}
        for event in events
    ]
    await tx.execute(insert(parked).on_conflict_do_nothing(), rows)


def as_json(event: StoredEvent) -> dict[str, Any]:
    """The event as it came, so that a release needs no second look into the log."""
    told: dict[str, Any] = orjson.loads(orjson.dumps(event, default=plain))
    return told


async def check_rate(tx: AsyncConnection) -> None:
    recent = parked.c.parked_at > func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 1)
    count = (await tx.execute(select(func.count()).where(parked.c.error.is_not(None), recent))).scalar_one()
    if count >= MOST_IN_A_MINUTE:
        raise TooManyParked(f"{count} keys were parked within a minute")


async def lowest(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """By source: the first position that is not applied although later ones are."""
    query = (
        select(parked.c.source, func.min(parked.c.position))
        .where(parked.c.subscription == subscription)
        .group_by(parked.c.source)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def keys(tx: AsyncConnection) -> list[tuple[str, str, str, int]]:
    """(subscription, source, key, first parked position)."""
    query = (
        select(parked.c.subscription, parked.c.source, parked.c.key, func.min(parked.c.position))
        .group_by(parked.c.subscription, parked.c.source, parked.c.key)
        .order_by(parked.c.subscription, parked.c.source, parked.c.key)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await tx.execute(query)]
