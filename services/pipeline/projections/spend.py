"""Entries of spend as they were recorded, each until it was corrected."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.metrics.spend import SpendRow
from services.pipeline.spend.events import SpendRecorded
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows


class Columns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    spend_id: Named[str] = Column(Text, unique=True)
    first_day: Named[date] = Column(Date)
    last_day: Named[date] = Column(Date)
    source: Named[str | None] = Column(Text)
    kind: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    currency: Named[str] = Column(Text)
    external_id: Named[str | None] = Column(Text)
    corrects: Named[str | None] = Column(Text)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    corrected_by: Named[str | None] = Column(Text)
    corrected_at: Named[datetime | None] = Column(DateTime(timezone=True))


spend = Table("spend", MetaData(), Columns)
INSERT = insert(spend)
CORRECT = (
    update(spend)
    .where(spend.c.spend_id == bindparam("corrected"))
    .values(corrected_by=bindparam("by"), corrected_at=bindparam("at"))
)


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    entries = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, SpendRecorded)]
    if entries:
        await tx.execute(INSERT, rows(spend_row(recorded, event) for recorded, event in entries))
    for recorded, event in entries:
        if event.corrects is not None:
            correction = {"corrected": event.corrects, "by": event.spend_id, "at": recorded.occurred_at}
            await tx.execute(CORRECT, correction)


def spend_row(recorded: RecordedEvent[PipelineEvent], event: SpendRecorded) -> dict[str, Any]:
    copied = {name: getattr(event, name) for name in SpendRecorded.model_fields if name in spend.c}
    amount = {"amount": event.amount.amount, "currency": event.amount.currency}
    instants = {"occurred_at": recorded.occurred_at, "corrected_by": None, "corrected_at": None}
    return copied | amount | instants | {"position": recorded.position}


async def in_force(tx: AsyncConnection, as_of: datetime, first_day: date | None, last_day: date) -> list[SpendRow]:
    """The entries that touch the days, as they were recorded and corrected by the instant."""
    columns = (spend.c[name] for name in SpendRow._fields)
    query = select(*columns).where(
        spend.c.occurred_at <= as_of,
        or_(spend.c.corrected_at.is_(None), spend.c.corrected_at > as_of),
        spend.c.first_day <= last_day,
    )
    if first_day is not None:
        query = query.where(spend.c.last_day >= first_day)
    return [SpendRow(*row) for row in await tx.execute(query)]


async def find(tx: AsyncConnection, source: str | None, after: int, limit: int) -> list[Mapping[str, Any]]:
    """The entries in the order in which they were recorded, one more than `limit`. `source`: None means any."""
    query = select(spend).where(spend.c.position > after).order_by(spend.c.position).limit(limit + 1)
    if source is not None:
        query = query.where(spend.c.source == source)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("spend", 1, spend.metadata, {"pipeline": apply})
