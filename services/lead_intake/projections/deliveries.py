"""The results of the deliveries to each connection and of the posts of each form, one row for each capture, activity
and element in quarantine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
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
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.lead.events import ActivityRecorded, Captured, ProfileChanged
from services.lead_intake.quarantine.events import DeliveryDiscarded, DeliveryQuarantined, DeliveryReleased
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True)
    connection_id: Named[str | None] = Column(Text)
    form_key: Named[str | None] = Column(Text)
    outcome: Named[str] = Column(Text)
    received_at: Named[datetime] = Column(DateTime(timezone=True))
    lead_id: Named[str | None] = Column(Text)
    capture_id: Named[str | None] = Column(Text)
    quarantine_id: Named[str | None] = Column(Text, index=True)
    detail: Named[str | None] = Column(Text)


deliveries = Table("deliveries", MetaData(), Columns)
Index("deliveries_of_connections", deliveries.c.connection_id, deliveries.c.position)
Index("deliveries_of_forms", deliveries.c.form_key, deliveries.c.position)
UPSERT = upsert(deliveries)
Row = dict[str, Any]
OPTIONAL = ("connection_id", "form_key", "lead_id", "capture_id", "quarantine_id", "detail")


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
    """The row of what a delivery or a post yielded; None for what arrived in another way."""
    match recorded.event:
        case Captured(capture=capture) if capture.connection_id or capture.form_key:
            ids = {"lead_id": recorded.subject, "capture_id": capture.capture_id}
            by = {"connection_id": capture.connection_id, "form_key": capture.form_key}
            return row(recorded, "captured", capture.received_at, by | ids)
        case ActivityRecorded() as event if event.connection_id:
            ids = {"lead_id": recorded.subject, "detail": event.kind}
            return row(recorded, "activity", event.received_at, {"connection_id": event.connection_id} | ids)
        case ProfileChanged() as event if event.connection_id:
            ids = {"connection_id": event.connection_id, "lead_id": recorded.subject}
            return row(recorded, "profile", event.received_at, ids)
        case DeliveryQuarantined() as event:
            ids = {"quarantine_id": recorded.subject, "detail": f"{event.reason}: {event.detail}"}
            by = {"connection_id": event.connection_id, "form_key": event.form_key}
            return row(recorded, "quarantined", event.received_at, by | ids)
        case _:
            return None


def row(
    recorded: RecordedEvent[IntakeEvent], outcome: str, received_at: datetime, fields: Mapping[str, str | None]
) -> Row:
    own = {"position": recorded.position, "outcome": outcome, "received_at": received_at}
    return {**dict.fromkeys(OPTIONAL), **fields, **own}


async def set_outcome(tx: AsyncConnection, quarantine_id: str, outcome: str) -> None:
    await tx.execute(update(deliveries).where(deliveries.c.quarantine_id == quarantine_id).values(outcome=outcome))


async def of_connection(tx: AsyncConnection, connection_id: str, before: int | None, limit: int) -> list[Row]:
    """The rows of a connection, the newest first, one more than `limit`."""
    return await find(tx, deliveries.c.connection_id == connection_id, before, limit)


async def of_form(tx: AsyncConnection, form_key: str, before: int | None, limit: int) -> list[Row]:
    """The rows of a form, in the same way."""
    return await find(tx, deliveries.c.form_key == form_key, before, limit)


async def find(tx: AsyncConnection, arrived: ColumnElement[bool], before: int | None, limit: int) -> list[Row]:
    query = select(deliveries).where(arrived)
    query = query if before is None else query.where(deliveries.c.position < before)
    query = query.order_by(deliveries.c.position.desc()).limit(limit + 1)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("deliveries", 2, deliveries.metadata, {"intake": apply})
