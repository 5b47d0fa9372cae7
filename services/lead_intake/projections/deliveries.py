"""What the deliveries to each connection yielded, one row for each capture, activity and element in quarantine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Named, Table, Text, TypedColumns, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.lead.events import ActivityRecorded, Captured, ProfileChanged
from services.lead_intake.quarantine.events import DeliveryDiscarded, DeliveryQuarantined, DeliveryReleased
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True)
    connection_id: Named[str] = Column(Text)
    outcome: Named[str] = Column(Text)
    received_at: Named[datetime] = Column(DateTime(timezone=True))
    lead_id: Named[str | None] = Column(Text)
    capture_id: Named[str | None] = Column(Text)
    quarantine_id: Named[str | None] = Column(Text, index=True)
    detail: Named[str | None] = Column(Text)


deliveries = Table("deliveries", MetaData(), Columns)
Index("deliveries_of_connections", deliveries.c.connection_id, deliveries.c.position)
UPSERT = upsert(deliveries)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    if new := [row for recorded in batch if (row := row_of(recorded)) is not None]:
        await tx.execute(UPSERT, rows(new))
    for recorded in batch:
        match recorded.event:
            case DeliveryReleased():
                await set_outcome(tx, recorded.subject, "released")
            case DeliveryDiscarded():
                await set_outcome(tx, recorded.subject, "discarded")
            case _:
                pass


def row_of(recorded: RecordedEvent[IntakeEvent]) -> Row | None:
    """None for what arrived in another way."""
    match recorded.event:
        case Captured() as event if event.capture.connection_id:
            capture = event.capture
            ids = {"lead_id": recorded.subject, "capture_id": capture.capture_id}
            return row(recorded, capture.connection_id, "captured", capture.received_at, **ids)
        case ActivityRecorded() as event if event.connection_id:
            ids = {"lead_id": recorded.subject, "detail": event.kind}
            return row(recorded, event.connection_id, "activity", event.received_at, **ids)
        case ProfileChanged() as event if event.connection_id:
            return row(recorded, event.connection_id, "profile", event.received_at, lead_id=recorded.subject)
        case DeliveryQuarantined() as event if event.connection_id:
            ids = {"quarantine_id": recorded.subject, "detail": f"{event.reason}: {event.detail}"}
            return row(recorded, event.connection_id, "quarantined", event.received_at, **ids)
        case _:
            return None


def row(
    recorded: RecordedEvent[IntakeEvent], connection_id: str | None, outcome: str, received_at: datetime, **ids: str
) -> Row:
    found = {"lead_id": None, "capture_id": None, "quarantine_id": None, "detail": None} | ids
    own = {"position": recorded.position, "connection_id": connection_id, "outcome": outcome}
    return found | own | {"received_at": received_at}


async def set_outcome(tx: AsyncConnection, quarantine_id: str, outcome: str) -> None:
    await tx.execute(update(deliveries).where(deliveries.c.quarantine_id == quarantine_id).values(outcome=outcome))


async def find(tx: AsyncConnection, connection_id: str, before: int | None, limit: int) -> list[Row]:
    """The newest first; one row more than `limit`, if there is one."""
    query = select(deliveries).where(deliveries.c.connection_id == connection_id)
    query = query if before is None else query.where(deliveries.c.position < before)
    query = query.order_by(deliveries.c.position.desc()).limit(limit + 1)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("deliveries", 1, deliveries.metadata, {"intake": apply})
