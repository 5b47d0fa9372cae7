"""The position that each subscription has applied, by source. Effects are applied in the transaction that advances it.

The checkpoint is advanced by compare-and-set before the effects: of two consumers, the second one fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Named, Table, Text, TypedColumns, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata


class Fenced(Exception):
    """Another process advanced this checkpoint: it has taken over the work, and this transaction must not commit."""


class CheckpointColumns(TypedColumns):
    subscription: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger)
    offsets: Named[dict[str, Any]] = Column(JSONB)


checkpoints = Table("checkpoints", metadata, CheckpointColumns)
ADVANCE = text("""
    UPDATE checkpoints SET position = :position, offsets = coalesce(CAST(:offsets AS jsonb), offsets)
    WHERE subscription = :subscription AND source = :source AND position = :expected RETURNING position""")
TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema()), hashtext(:subscription))")
LOCK_AND_FIND_EXCLUDED = text("""
    SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(:subscription)),
        (SELECT coalesce(array_agg(DISTINCT key), '{}') FROM parked
            WHERE subscription = :subscription AND source = :source) AS keys,
        (SELECT coalesce(array_agg(position), '{}') FROM skipped
            WHERE subscription = :subscription AND source = :source AND position > :after) AS skipped""").columns(
    keys=ARRAY(Text), skipped=ARRAY(BigInteger)
)
"""Parked keys and skipped positions change only under the lock on the checkpoint's row. They are therefore read after
that lock is held, by a second statement: the statement that waits for a lock reads from before the wait."""


@dataclass(frozen=True)
class ExcludedEvents:
    """Events that must not be applied: those of `parked_keys` are parked too, those at `skipped` positions dropped."""

    parked_keys: frozenset[str]
    skipped: frozenset[int]


async def find_or_create(tx: AsyncConnection, subscription: str, source: str) -> tuple[int, dict[int, int]]:
    """The position, and the log's offsets from which to go on reading. The offsets are a hint that may be lost."""
    start = {"subscription": subscription, "source": source, "position": 0, "offsets": {}}
    await tx.execute(insert(checkpoints).values(start).on_conflict_do_nothing())
    this_one = (checkpoints.c.subscription == subscription) & (checkpoints.c.source == source)
    row = (await tx.execute(select(checkpoints).where(this_one))).one()
    return row.position, {int(partition): offset for partition, offset in row.offsets.items()}


async def advance(
    tx: AsyncConnection,
    subscription: str,
    source: str,
    expected: int,
    position: int,
    offsets: Mapping[int, int] | None = None,
) -> ExcludedEvents:
    """Raises `Fenced`. Holds a lock of the subscription until the transaction ends: the effects of its sources are
    applied one after the other, so that none reads what another has half changed."""
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
    excluded = await tx.execute(
        LOCK_AND_FIND_EXCLUDED, {"subscription": subscription, "source": source, "after": expected}
    )
    row = excluded.one()
    return ExcludedEvents(frozenset(row.keys), frozenset(row.skipped))


async def try_lock(tx: AsyncConnection, subscription: str) -> bool:
    """Takes the lock under which the subscription's effects are applied, until the transaction ends. False, at once,
    while effects are being applied."""
    return bool((await tx.execute(TRY_LOCK, {"subscription": subscription})).scalar_one())


async def positions(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """The position of each source that the subscription has applied."""
    query = select(checkpoints.c.source, checkpoints.c.position).where(checkpoints.c.subscription == subscription)
    return {row.source: row.position for row in await tx.execute(query)}


async def delete_subscription(tx: AsyncConnection, subscription: str) -> None:
    await tx.execute(delete(checkpoints).where(checkpoints.c.subscription == subscription))


async def furthest_positions(tx: AsyncConnection, prefix: str) -> dict[str, int]:
    """The highest position of each source over all subscriptions whose names begin with `prefix`."""
    has_prefix = checkpoints.c.subscription.startswith(prefix, autoescape=True)
    query = select(checkpoints.c.source, func.max(checkpoints.c.position)).where(has_prefix)
    return {row[0]: row[1] for row in await tx.execute(query.group_by(checkpoints.c.source))}
