"""Deliveries in quarantine, one row each, in the order in which they came there."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.quarantine.events import DeliveryDiscarded, DeliveryQuarantined, DeliveryReleased
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    quarantine_id: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, unique=True)
    connection_id: Named[str | None] = Column(Text)
    form_key: Named[str | None] = Column(Text)
    reason: Named[str] = Column(Text)
    detail: Named[str] = Column(Text)
    received_at: Named[datetime] = Column(DateTime(timezone=True))
    status: Named[str] = Column(Text)
    mentions: Named[list[str]] = Column(ARRAY(Text))


quarantine = Table("quarantine", MetaData(), Columns)
Index("quarantine_status", quarantine.c.status, quarantine.c.position)
Index("quarantine_mentions", quarantine.c.mentions, postgresql_using="gin")
UPSERT = upsert(quarantine)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    for recorded in batch:
        match recorded.event:
            case DeliveryQuarantined():
                await tx.execute(UPSERT, rows([new_row(recorded, recorded.event)]))
            case DeliveryReleased():
                await set_status(tx, recorded.subject, "released")
            case DeliveryDiscarded():
                await set_status(tx, recorded.subject, "discarded")
            case _:
                pass


async def set_status(tx: AsyncConnection, quarantine_id: str, status: str) -> None:
    changed = update(quarantine).where(quarantine.c.quarantine_id == quarantine_id)
    await tx.execute(changed.values(status=status, mentions=[]))


def new_row(recorded: RecordedEvent[IntakeEvent], event: DeliveryQuarantined) -> Row:
    return {
        "quarantine_id": recorded.subject,
        "position": recorded.position,
        "connection_id": event.connection_id,
        "form_key": event.form_key,
        "reason": event.reason,
        "detail": event.detail,
        "received_at": event.received_at,
        "status": "waiting",
        "mentions": list(event.mentions),
    }


async def find(
    tx: AsyncConnection, status: str, connection_id: str | None, form_key: str | None, after: int | None, limit: int
) -> list[Row]:
    """The deliveries in quarantine, one more than `limit`."""
    query = select(quarantine).where(quarantine.c.status == status).order_by(quarantine.c.position).limit(limit + 1)
    if connection_id is not None:
        query = query.where(quarantine.c.connection_id == connection_id)
    if form_key is not None:
        query = query.where(quarantine.c.form_key == form_key)
    if after is not None:
        query = query.where(quarantine.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


async def mentioning(tx: AsyncConnection, mentions: Collection[str]) -> list[str]:
    """The ids of deliveries that wait, and that mention any of these."""
    query = select(quarantine.c.quarantine_id).where(quarantine.c.mentions.overlap(list(mentions)))
    return list((await tx.execute(query)).scalars())


PROJECTION = Projection("quarantine", 2, quarantine.metadata, {"intake": apply})
