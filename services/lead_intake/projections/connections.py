"""Connections that were not removed, for their list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Named, Table, Text, TypedColumns, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.connection.events import ConnectionChanged, ConnectionCreated, ConnectionRemoved
from services.lead_intake.events import IntakeEvent
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    connection_id: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, unique=True)
    connector: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


connections = Table("connections", MetaData(), Columns)
UPSERT = upsert(connections)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    for recorded in batch:
        match recorded.event:
            case ConnectionCreated():
                await tx.execute(UPSERT, rows([new_row(recorded, recorded.event)]))
            case ConnectionChanged():
                changed = update(connections).where(connections.c.connection_id == recorded.subject)
                await tx.execute(changed.values(name=recorded.event.settings.name))
            case ConnectionRemoved():
                await tx.execute(delete(connections).where(connections.c.connection_id == recorded.subject))
            case _:
                pass


def new_row(recorded: RecordedEvent[IntakeEvent], event: ConnectionCreated) -> Row:
    return {
        "connection_id": recorded.subject,
        "position": recorded.position,
        "connector": event.connector,
        "name": event.settings.name,
        "created_at": recorded.occurred_at,
    }


async def find(tx: AsyncConnection, after: int | None, limit: int) -> list[Row]:
    """The connections in the order in which they were created, one more than `limit`."""
    query = select(connections).order_by(connections.c.position).limit(limit + 1)
    if after is not None:
        query = query.where(connections.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("connections", 1, connections.metadata, {"intake": apply})
