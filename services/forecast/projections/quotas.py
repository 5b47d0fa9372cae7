"""Quotas as they were set. Of a node, period and motion, the one in force is the last that started."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Named, Numeric, Table, Text, TypedColumns, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.quotas import QuotaRow
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.quota.events import QuotaSet
from shared.flow.projection import Projection
from shared.rules.message import BEGINNING, RecordedEvent
from shared.store.rows import insert, rows
from shared.store.slices import in_slices


class QuotaColumns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    node: Named[str] = Column(Text)
    period: Named[str] = Column(Text)
    motion: Named[str | None] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    currency: Named[str] = Column(Text)
    starts: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


quotas = Table("quotas", MetaData(), QuotaColumns)
Index("quotas_by_period", quotas.c.period, quotas.c.node)
INSERT = insert(quotas)
IN_FORCE = sql("""
    SELECT DISTINCT ON (node, period, motion) node, period, motion, amount, currency FROM quotas
    WHERE period = ANY(:periods) AND starts <= :at AND position <= :known
    ORDER BY node, period, motion, starts DESC, position DESC""")
IN_ORDER = select(quotas).order_by(quotas.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    found = [quota_row(each.event, each) for each in recorded if isinstance(each.event, QuotaSet)]
    if found:
        await tx.execute(INSERT, rows(found))


def quota_row(event: QuotaSet, recorded: RecordedEvent[Any]) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "node": event.node,
        "period": event.period,
        "motion": event.motion,
        "amount": event.amount.amount,
        "currency": event.amount.currency,
        "starts": event.starts or BEGINNING,
        "recorded_at": recorded.recorded_at,
    }


async def in_force(
    tx: AsyncConnection, periods: Collection[str], at: datetime, known: KnownPositions
) -> list[QuotaRow]:
    found = await tx.execute(IN_FORCE, {"periods": list(periods), "at": at, "known": known.forecast})
    return [QuotaRow(*row) async for row in in_slices(found)]


async def history(
    tx: AsyncConnection, node: str | None, period: str | None, after: int, limit: int
) -> list[Mapping[str, Any]]:
    """The quotas as they were set, one more than `limit`."""
    chosen = {"node": node, "period": period}
    conditions = [quotas.c[name] == value for name, value in chosen.items() if value is not None]
    found = await tx.execute(IN_ORDER.where(quotas.c.position > after, *conditions).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


PROJECTION = Projection("quotas", 1, quotas.metadata, {"forecast": apply})
