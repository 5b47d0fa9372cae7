"""How far each subscription has come in each source. Moved by compare-and-set, first in the effects' transaction."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Named, Table, Text, TypedColumns, func, select, text
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
MOVE = text("""
    UPDATE checkpoints SET position = :position, offsets = coalesce(CAST(:offsets AS jsonb), offsets)
    WHERE subscription = :subscription AND source = :source AND position = :expected
    RETURNING (SELECT coalesce(array_agg(DISTINCT key), '{}') FROM parked
        WHERE parked.subscription = :subscription AND parked.source = :source) AS parked""").columns(parked=ARRAY(Text))
TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(:subscription))")


async def find(tx: AsyncConnection, subscription: str, source: str) -> tuple[int, dict[int, int]]:
    """The position, and the log's offsets to go on reading from: a hint that costs nothing when it is lost."""
    start = {"subscription": subscription, "source": source, "position": 0, "offsets": {}}
    await tx.execute(insert(checkpoints).values(start).on_conflict_do_nothing())
    mine = (checkpoints.c.subscription == subscription) & (checkpoints.c.source == source)
    row = (await tx.execute(select(checkpoints).where(mine))).one()
    return row.position, {int(partition): offset for partition, offset in row.offsets.items()}


async def move(
    tx: AsyncConnection,
    subscription: str,
    source: str,
    expected: int,
    position: int,
    offsets: Mapping[int, int] | None = None,
) -> set[str]:
    """Returns the keys that are parked. Raises `Fenced`. Then this subscription's sources take turns, so that what one
    of them changes is never read half-done by another."""
    moved = await tx.execute(
        MOVE,
        {
            "subscription": subscription,
            "source": source,
            "expected": expected,
            "position": position,
            "offsets": None if offsets is None else orjson.dumps(offsets, option=orjson.OPT_NON_STR_KEYS).decode(),
        },
    )
    row = moved.one_or_none()
    if row is None:
        raise Fenced(f"{subscription} of {source} is no longer at {expected}")
    await tx.execute(TAKE_TURNS, {"subscription": subscription})
    return set(row.parked)


async def positions(tx: AsyncConnection, subscription: str) -> dict[str, int]:
    """By source."""
    query = select(checkpoints.c.source, checkpoints.c.position).where(checkpoints.c.subscription == subscription)
    return {row.source: row.position for row in await tx.execute(query)}


async def furthest(tx: AsyncConnection) -> int:
    query = select(func.coalesce(func.max(checkpoints.c.position), 0))
    return int((await tx.execute(query)).scalar_one())
