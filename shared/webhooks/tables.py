"""The deliveries to webhooks, and those that wait. This is no event history: rows change, and go after some days.

A webhook's cursor says up to which position events were taken. A taken event has a row: `pending` (not tried yet, or
held back by an earlier event of its stream), `failed` (tried, and tried again), `delivered` or `dead`. Rows that have a
`next_attempt_at` are due then; those that are held back have none.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Integer, Named, Table, Text, TypedColumns, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.event_store import metadata

Status = Literal["pending", "delivered", "failed", "dead"]


class CursorColumns(TypedColumns):
    webhook_id: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger)
    holder: Named[UUID | None] = Column(Uuid)
    held_until: Named[datetime | None] = Column(DateTime(timezone=True))
    failing_since: Named[datetime | None] = Column(DateTime(timezone=True))


class DeliveryColumns(TypedColumns):
    webhook_id: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Named[UUID] = Column(Uuid)
    stream: Named[str] = Column(Text)
    type: Named[str] = Column(Text)
    status: Named[str] = Column(Text)
    failures: Named[int] = Column(Integer)
    attempts: Named[list[Any]] = Column(JSONB)
    next_attempt_at: Named[datetime | None] = Column(DateTime(timezone=True))
    updated_at: Named[datetime] = Column(DateTime(timezone=True))


cursors = Table("webhook_cursors", metadata, CursorColumns)
"""`holder`: the dispatcher that delivers a batch, at most until `held_until` by the database's clock. `failing_since`:
the first failure after the last success."""
deliveries = Table("webhook_deliveries", metadata, DeliveryColumns)
"""`failures`: since the last replay. `attempts`: all, each with `time`, `status`, `ms` and `error`."""
