"""How far each subscription has come in each source. Moved by compare-and-set, first in the effects' transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Named, Table, Text, TypedColumns, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata


class Fenced(Exception):
    """Somebody else moved this checkpoint: they do this work now, and ours did not happen."""


class CheckpointColumns(TypedColumns):
    subscription: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger)
    offsets: Named[dict[str, Any]] = Column(JSONB)


checkpoints = Table("checkpoints", metadata, CheckpointColumns)
ADVANCE = text("""
    UPDATE checkpoints SET position = :position, offsets = coalesce(CAST(:offsets AS jsonb), offsets)
    WHERE subscription = :subscription AND source = :source AND position = :expected RETURNING position""")
LOCK_AND_FIND_EXCLUDED = text("""
    SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(:subscription)),
        (SELECT coalesce(array_agg(DISTINCT key), '{}') FROM parked
            WHERE subscription = :subscription AND source = :source) AS keys,
        (SELECT coalesce(array_agg(position), '{}') FROM skipped
            WHERE subscription = :subscription AND source = :source AND position > :after) AS skipped""").columns(
    keys=ARRAY(Text), skipped=ARRAY(BigInteger)
)
"""What it reads is changed only by who holds the checkpoint's row: so it is read when that row is ours, by another
statement than the one that waited for the row."""


@dataclass(frozen=True)
class ExcludedEvents:
    """What of a batch is not to be applied: events of these keys, which wait; events at these positions, ever."""

    keys: frozenset[str]
    skipped: frozenset[int]


async def find_or_create(tx: AsyncConnection, subscription: str, source: str) -> tuple[int, dict[int, int]]:
    """The position, and the log's offsets to go on reading from: a hint that costs nothing when it is lost."""
    start = {"subscription": subscription, "source": source, "position": 0, "offsets": {}}
    await tx.execute(insert(checkpoints).values(start).on_conflict_do_nothing())
    mine = (checkpoints.c.subscription == subscription) & (checkpoints.c.source == source)
    row = (await tx.execute(select(checkpoints).where(mine))).one()
    return row.position, {int(partition): offset for partition, offset in row.offsets.items()}


async def advance(
    tx: AsyncConnection,
    subscription: str,
    source: str,
    expected: int,
    position: int,
    offsets: Mapping[int, int] | None = None,
) -> ExcludedEvents:
    """Raises `Fenced`. Then this subscription's sources take turns, so that what one of them changes is never read
    half-done by another."""
    moved = await tx.execute(
        ADVANCE,
        {
            "subscription": subscription,
            "source": source,
            "expected": expected,
            "position": position,
            "offsets": None if offsets is None else orjson.dumps(offsets, option=orjson.OPT_NON_STR_KEYS).decode(),
        },
    )
    if moved.one_or_none() is None:
        raise Fenced(f"{subscription} of {source} is no longer at {expected}")
    turn = await tx.execute(LOCK_AND_FIND_EXCLUDED, {"subscription": subscription, "source": source, "after": expected})
    row = turn.one()
    return ExcludedEvents(frozenset(row.keys), frozenset(row.skipped))


async def positions(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """By source."""
    query = select(checkpoints.c.source, checkpoints.c.position).where(checkpoints.c.subscription == subscription)
    return {row.source: row.position for row in await tx.execute(query)}


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    await tx.execute(delete(checkpoints).where(checkpoints.c.subscription == subscription))


async def furthest_positions(tx: AsyncConnection, family: str) -> dict[str, int]:
    """By source: how far any of the subscriptions came whose names begin like this."""
    mine = checkpoints.c.subscription.startswith(family, autoescape=True)
    query = select(checkpoints.c.source, func.max(checkpoints.c.position)).where(mine).group_by(checkpoints.c.source)
    return {row[0]: row[1] for row in await tx.execute(query)}
