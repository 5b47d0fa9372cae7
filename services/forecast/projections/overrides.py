"""Overrides as they were set and reset. Of a node, column and side, the last row counts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    Uuid,
    any_,
    literal,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.overrides import OverrideRow
from services.forecast.override.events import OverrideReset, OverrideSet
from services.forecast.periods.calendar import Period
from services.forecast.projections.known_positions import KnownPositions
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows
from shared.web.callers.place import Subtree


class OverrideColumns(TypedColumns):
    """A row without an amount is the reset of an override."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    node: Named[str] = Column(Text)
    period: Named[str] = Column(Text)
    first_day: Named[date] = Column(Date)
    last_day: Named[date] = Column(Date)
    column_name: Named[str] = Column(Text)
    by: Named[str] = Column(Text)
    under: Named[str | None] = Column(Text)
    amount: Named[Decimal | None] = Column(Numeric(24, 4))
    currency: Named[str | None] = Column(Text)
    note_ref: Named[UUID | None] = Column(Uuid)
    basis: Named[Decimal | None] = Column(Numeric(24, 4))
    basis_frontier: Named[str | None] = Column(Text)
    made_by: Named[str] = Column(Text)
    made_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


overrides = Table("overrides", MetaData(), OverrideColumns)
Index("overrides_by_period", overrides.c.period, overrides.c.node)
INSERT = insert(overrides)
IN_FORCE = text("""
    SELECT DISTINCT ON (node, column_name, by)
        node, column_name, by, under, amount, currency, basis, note_ref, made_at, made_by, first_day, last_day
    FROM overrides WHERE period = :period AND made_at <= :at AND position <= :known
    ORDER BY node, column_name, by, made_at DESC, position DESC""")
IN_ORDER = select(overrides).order_by(overrides.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    found = [override_row(each.event, each) for each in recorded if isinstance(each.event, OverrideSet | OverrideReset)]
    if found:
        await tx.execute(INSERT, rows(found))


def override_row(event: OverrideSet | OverrideReset, recorded: RecordedEvent[Any]) -> dict[str, Any]:
    columns = {name: getattr(event, name) for name in ("node", "period", "first_day", "last_day", "by")}
    made = {"made_by": recorded.actor, "made_at": recorded.occurred_at, "recorded_at": recorded.recorded_at}
    return columns | {"position": recorded.position, "column_name": event.column} | made | amount_columns(event)


def amount_columns(event: OverrideSet | OverrideReset) -> dict[str, Any]:
    if isinstance(event, OverrideReset):
        return dict.fromkeys(("under", "amount", "currency", "note_ref", "basis", "basis_frontier"))
    return {
        "under": event.under,
        "amount": event.amount.amount,
        "currency": event.amount.currency,
        "note_ref": event.note.ref,
        "basis": event.basis.amount,
        "basis_frontier": event.basis.frontier,
    }


async def in_force(
    tx: AsyncConnection, period: Period, at: datetime, known: KnownPositions
) -> tuple[list[OverrideRow], int]:
    """The overrides in force, and how many there are for a period of this key that has other days, by another calendar:
    those do not count."""
    parameters = {"period": period.key, "at": at, "known": known.forecast}
    found = [row for row in await tx.execute(IN_FORCE, parameters) if row.amount is not None]
    days = period.starts, period.ends
    counting = [OverrideRow(*row[:10]) for row in found if (row.first_day, row.last_day) == days]
    return counting, len(found) - len(counting)


async def changes(
    tx: AsyncConnection, period: Period, after: datetime, until: datetime, known: KnownPositions
) -> set[datetime]:
    """The instants at which overrides of the period were set or reset."""
    made_at = overrides.c.made_at
    chosen = overrides.c.period == period.key, made_at > after, made_at <= until, overrides.c.position <= known.forecast
    return set((await tx.execute(select(made_at).where(*chosen))).scalars())


async def history(
    tx: AsyncConnection, node: str | None, period: str | None, after: int, limit: int, subtree: Subtree
) -> list[Mapping[str, Any]]:
    """The overrides as they were set and reset, one more than `limit`; of these nodes alone, without what managers
    outside made of them."""
    chosen = {"node": node, "period": period}
    conditions = [overrides.c[name] == value for name, value in chosen.items() if value is not None]
    if subtree.nodes is not None:
        own, nodes = subtree.node, literal(sorted(subtree.nodes), ARRAY(Text))
        is_inside = overrides.c.under.is_(None) | (overrides.c.under == any_(nodes))
        is_seen = (overrides.c.by == "self") | ((overrides.c.node != own) & is_inside)
        conditions += [overrides.c.node == any_(nodes), is_seen]
    found = await tx.execute(IN_ORDER.where(overrides.c.position > after, *conditions).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


PROJECTION = Projection("overrides", 1, overrides.metadata, {"forecast": apply})
