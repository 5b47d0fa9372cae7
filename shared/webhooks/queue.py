"""The statements on cursors and deliveries. See `tables.py` for what the rows mean."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import StoredEvent
from shared.store.event_store import STORED, events, stored
from shared.store.rows import insertion, rows
from shared.webhooks.tables import Status, cursors, deliveries

MOST_DUE = 10_000
"""Rows of one webhook that wait for an attempt. With more, no new events are taken: a receiver that is down for days
costs no more than these."""
RELEASED = 100
"""Held-back events of a stream that become due together."""
BEGIN = text(
    "INSERT INTO webhook_cursors (webhook_id, position) VALUES (:webhook_id, :position) ON CONFLICT DO NOTHING"
)
CLAIM = text("""
    UPDATE webhook_cursors SET holder = :holder, held_until = clock_timestamp() + interval '15 seconds'
    WHERE webhook_id = :webhook_id AND (holder IS NULL OR holder = :holder OR held_until < clock_timestamp())
    RETURNING position""").columns(position=BigInteger)
ADVANCE = text("""
    UPDATE webhook_cursors SET position = :end, holder = NULL, held_until = NULL,
        failing_since = CASE WHEN :has_succeeded THEN NULL ELSE coalesce(failing_since, :failed_at) END
    WHERE webhook_id = :webhook_id AND holder = :holder AND position = :position""").bindparams(
    bindparam("failed_at", type_=DateTime(timezone=True))
)
GIVE_UP = text("UPDATE webhook_cursors SET holder = NULL, held_until = NULL WHERE holder = :holder")
GIVE_UP_ONE = text(f"{GIVE_UP.text} AND webhook_id = :webhook_id")
FAIL = text("""
    UPDATE webhook_cursors SET holder = NULL, held_until = NULL,
        failing_since = coalesce(failing_since, :failed_at)
    WHERE webhook_id = :webhook_id AND (holder IS NULL OR holder = :holder)""").bindparams(
    bindparam("failed_at", type_=DateTime(timezone=True))
)
READY = text("""
    SELECT webhook_id FROM webhook_cursors AS cursors
    WHERE webhook_id = ANY(:ids) AND (position < (SELECT coalesce(max(position), 0) FROM events) OR EXISTS (
        SELECT FROM webhook_deliveries AS waiting
        WHERE waiting.webhook_id = cursors.webhook_id AND waiting.next_attempt_at <= :now))""").bindparams(
    bindparam("ids", type_=ARRAY(Text)), bindparam("now", type_=DateTime(timezone=True))
)
FAILING_SINCE = select(cursors.c.failing_since).where(cursors.c.webhook_id == bindparam("webhook_id"))
IS_FULL = text("""
    SELECT count(*) >= :most FROM (
        SELECT FROM webhook_deliveries WHERE webhook_id = :webhook_id AND next_attempt_at IS NOT NULL LIMIT :most
    ) AS due""")
DUE = (
    select(deliveries.c.position, deliveries.c.failures)
    .where(
        deliveries.c.webhook_id == bindparam("webhook_id"),
        deliveries.c.next_attempt_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(deliveries.c.next_attempt_at, deliveries.c.position)
    .limit(bindparam("limit"))
)
OF_POSITIONS = STORED.where(events.c.position == any_(bindparam("positions", type_=ARRAY(BigInteger)))).order_by(
    events.c.position
)
WAITING = text("""
    SELECT DISTINCT stream FROM webhook_deliveries
    WHERE webhook_id = :webhook_id AND stream = ANY(:streams) AND status IN ('pending', 'failed')""").bindparams(
    bindparam("streams", type_=ARRAY(Text))
)
SAVE = text(f"""{insertion(deliveries)}
    ON CONFLICT (webhook_id, position) DO UPDATE SET status = excluded.status, failures = excluded.failures,
        attempts = webhook_deliveries.attempts || excluded.attempts, next_attempt_at = excluded.next_attempt_at,
        updated_at = excluded.updated_at""")
HOLD_BACK = text("""
    UPDATE webhook_deliveries AS later SET next_attempt_at = NULL
    FROM unnest(CAST(:streams AS text[]), CAST(:positions AS bigint[])) AS failed (stream, position)
    WHERE later.webhook_id = :webhook_id AND later.stream = failed.stream AND later.position > failed.position
        AND later.status IN ('pending', 'failed') AND later.next_attempt_at IS NOT NULL""")
RELEASE = text("""
    UPDATE webhook_deliveries AS waiting SET next_attempt_at = :now
    FROM (SELECT next.position FROM unnest(CAST(:streams AS text[])) AS resolved (stream) CROSS JOIN LATERAL (
            SELECT position FROM webhook_deliveries
            WHERE webhook_id = :webhook_id AND stream = resolved.stream AND status IN ('pending', 'failed')
            ORDER BY position LIMIT :released) AS next) AS released
    WHERE waiting.webhook_id = :webhook_id AND waiting.position = released.position
        AND waiting.next_attempt_at IS NULL""").bindparams(bindparam("now", type_=DateTime(timezone=True)))
FORGET = (
    text("DELETE FROM webhook_deliveries WHERE webhook_id = :webhook_id"),
    text("DELETE FROM webhook_cursors WHERE webhook_id = :webhook_id"),
)
EXPIRE = text("""
    DELETE FROM webhook_deliveries
    WHERE status = 'delivered' AND updated_at < CAST(:now AS timestamptz) - interval '3 days'
        OR status = 'dead' AND updated_at < CAST(:now AS timestamptz) - interval '30 days'""").bindparams(
    bindparam("now", type_=DateTime(timezone=True))
)


class DeliveryRow(NamedTuple):
    webhook_id: str
    position: int
    event_id: UUID
    stream: str
    type: str
    status: Status
    failures: int
    attempts: Sequence[Mapping[str, Any]]
    """New ones: they are added to those that are there."""
    next_attempt_at: datetime | None
    updated_at: datetime


async def begin(tx: AsyncConnection, webhook_id: str, position: int) -> None:
    """Events after this position are delivered; a cursor that is there stays."""
    await tx.execute(BEGIN, {"webhook_id": webhook_id, "position": position})


async def claim(tx: AsyncConnection, webhook_id: str, holder: UUID) -> int | None:
    """The cursor's position; none while another dispatcher holds it."""
    row = (await tx.execute(CLAIM, {"webhook_id": webhook_id, "holder": holder})).one_or_none()
    return None if row is None else int(row.position)


async def advance(
    tx: AsyncConnection,
    webhook_id: str,
    holder: UUID,
    position: int,
    end: int,
    has_succeeded: bool,
    failed_at: datetime | None,
) -> bool:
    """Gives the claim back, too. False when the claim is lost, or the cursor is elsewhere."""
    parameters = {"position": position, "end": end, "has_succeeded": has_succeeded, "failed_at": failed_at}
    moved = await tx.execute(ADVANCE, {"webhook_id": webhook_id, "holder": holder, **parameters})
    return moved.rowcount == 1


async def give_up(tx: AsyncConnection, holder: UUID, webhook_id: str | None = None) -> None:
    """Gives back one claim, or all: another dispatcher need not wait until they expire."""
    if webhook_id is None:
        await tx.execute(GIVE_UP, {"holder": holder})
    else:
        await tx.execute(GIVE_UP_ONE, {"holder": holder, "webhook_id": webhook_id})


async def fail(tx: AsyncConnection, webhook_id: str, holder: UUID, failed_at: datetime) -> None:
    """Gives the claim back after a fault that no delivery is recorded for."""
    await tx.execute(FAIL, {"webhook_id": webhook_id, "holder": holder, "failed_at": failed_at})


async def ready(tx: AsyncConnection, webhook_ids: Sequence[str], now: datetime) -> list[str]:
    """The webhooks that have new events, whatever their type, or whose next attempt is due."""
    return list((await tx.execute(READY, {"ids": list(webhook_ids), "now": now})).scalars())


async def failing_since(tx: AsyncConnection, webhook_id: str) -> datetime | None:
    found: datetime | None = (await tx.execute(FAILING_SINCE, {"webhook_id": webhook_id})).scalar_one_or_none()
    return found


async def is_full(tx: AsyncConnection, webhook_id: str) -> bool:
    return bool((await tx.execute(IS_FULL, {"webhook_id": webhook_id, "most": MOST_DUE})).scalar_one())


async def due(tx: AsyncConnection, webhook_id: str, now: datetime, limit: int) -> dict[int, int]:
    """The failures so far by position. Of a stream, those that are due are its first ones."""
    found = await tx.execute(DUE, {"webhook_id": webhook_id, "now": now, "limit": limit})
    return {row.position: row.failures for row in found}


async def read_positions(tx: AsyncConnection, positions: Sequence[int]) -> list[StoredEvent]:
    if not positions:
        return []
    return [stored(row) for row in await tx.execute(OF_POSITIONS, {"positions": list(positions)})]


async def waiting_streams(tx: AsyncConnection, webhook_id: str, streams: Collection[str]) -> set[str]:
    """The streams among these that have an event which is neither delivered nor dead."""
    if not streams:
        return set()
    return set((await tx.execute(WAITING, {"webhook_id": webhook_id, "streams": list(streams)})).scalars())


async def save(tx: AsyncConnection, new_rows: Sequence[DeliveryRow]) -> None:
    if new_rows:
        await tx.execute(SAVE, rows([row._asdict() for row in new_rows]))


async def hold_back(tx: AsyncConnection, webhook_id: str, failed: Mapping[str, int]) -> None:
    """`failed`: by stream, the position of the event that its later ones wait for."""
    if failed:
        parameters = {"streams": list(failed), "positions": list(failed.values())}
        await tx.execute(HOLD_BACK, {"webhook_id": webhook_id, **parameters})


async def release(tx: AsyncConnection, webhook_id: str, streams: Collection[str], now: datetime) -> None:
    """The next events of these streams become due."""
    if streams:
        parameters = {"streams": list(streams), "now": now, "released": RELEASED}
        await tx.execute(RELEASE, {"webhook_id": webhook_id, **parameters})


async def list_deliveries(
    tx: AsyncConnection, webhook_id: str, status: Status | None, before: int | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """The newest events first, those before a position."""
    query = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
    if status is not None:
        query = query.where(deliveries.c.status == status)
    if status is not None and status != "delivered":
        query = query.where(text("status <> 'delivered'"))  # the condition of an index
    if before is not None:
        query = query.where(deliveries.c.position < before)
    found = await tx.execute(query.order_by(deliveries.c.position.desc()).limit(limit))
    return [dict(row) for row in found.mappings()]


async def forget(tx: AsyncConnection, webhook_id: str) -> None:
    for statement in FORGET:
        await tx.execute(statement, {"webhook_id": webhook_id})


async def expire(tx: AsyncConnection, now: datetime) -> None:
    """Deletes what was delivered three days ago, and dead letters of thirty days."""
    await tx.execute(EXPIRE, {"now": now})
