"""Rates as they were set. Of two for the same day, the later one is in force."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.conversion import RateTable
from services.forecast.projections.known_positions import EVERYTHING, KnownPositions
from services.forecast.rate.events import PlanRateSet, RateSet
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows


class RateColumns(TypedColumns):
    """A row has either a day or a fiscal year."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    currency: Named[str] = Column(Text)
    per: Named[str] = Column(Text)
    day: Named[date | None] = Column(Date)
    year: Named[int | None] = Column(Integer)
    rate: Named[Decimal] = Column(Numeric(38, 20))
    source: Named[str | None] = Column(Text)
    quote: Named[Decimal | None] = Column(Numeric(38, 20))
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


rates = Table("rates", MetaData(), RateColumns)
Index("rates_by_day", rates.c.per, rates.c.currency, rates.c.day, rates.c.position)
INSERT = insert(rates)
DAILY = text("""
    SELECT DISTINCT ON (currency, day) currency, day, rate FROM rates
    WHERE per = :per AND position <= :known AND day <= :last AND day >= coalesce(
        (SELECT max(earlier.day) FROM rates AS earlier
            WHERE earlier.per = rates.per AND earlier.currency = rates.currency AND earlier.day <= :first
                AND earlier.position <= :known), day)
    ORDER BY currency, day, position DESC""")
PLANNED = text("""
    SELECT DISTINCT ON (currency) currency, rate FROM rates
    WHERE per = :per AND year = :year AND position <= :known ORDER BY currency, position DESC""")
IN_ORDER = select(rates).order_by(rates.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    found = [rate_row(each) for each in recorded if isinstance(each.event, RateSet | PlanRateSet)]
    if found:
        await tx.execute(INSERT, rows(found))


def rate_row(recorded: RecordedEvent[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"day": None, "year": None} | recorded.event.model_dump(mode="json")
    return columns | {
        "position": recorded.position,
        "occurred_at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
    }


async def rate_table(
    tx: AsyncConnection, per: str, first: date, last: date, year: int, known: KnownPositions = EVERYTHING
) -> RateTable:
    """The rates in force on any of these days, and those planned for the fiscal year."""
    daily: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    parameters = {"per": per, "known": known.forecast}
    for row in await tx.execute(DAILY, parameters | {"first": first, "last": last}):
        daily[row.currency].append((row.day, row.rate))
    planned = {(row.currency, year): row.rate for row in await tx.execute(PLANNED, parameters | {"year": year})}
    return RateTable(per, daily, planned)


async def history(tx: AsyncConnection, currency: str | None, after: int, limit: int) -> list[Mapping[str, Any]]:
    """The rates as they were set, one more than `limit`."""
    query = IN_ORDER.where(rates.c.position > after).limit(limit + 1)
    found = await tx.execute(query if currency is None else query.where(rates.c.currency == currency))
    return [dict(row) for row in found.mappings()]


PROJECTION = Projection("rates", 2, rates.metadata, {"forecast": apply})
