"""Calls as they were submitted. Of a node and period, the last one of the last week is in force."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
    Table,
    Text,
    TypedColumns,
    Uuid,
    any_,
    literal,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.calls import CallRow
from services.forecast.periods.calendar import Period
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.submission.events import CalledAmounts, CallSubmitted
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows
from shared.web.callers.place import Subtree


class CallColumns(TypedColumns):
    """`amounts`: by column, of type Money."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    node: Named[str] = Column(Text)
    period: Named[str] = Column(Text)
    first_day: Named[date] = Column(Date)
    last_day: Named[date] = Column(Date)
    week: Named[str] = Column(Text)
    week_starts: Named[date] = Column(Date)
    amounts: Named[dict[str, Any]] = Column(JSONB)
    note_ref: Named[UUID | None] = Column(Uuid)
    frontier: Named[str] = Column(Text)
    made_by: Named[str] = Column(Text)
    made_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


calls = Table("calls", MetaData(), CallColumns)
Index("calls_by_period", calls.c.period, calls.c.node)
INSERT = insert(calls)
LAST_OF_WEEKS = sql("""
    SELECT DISTINCT ON (node, week_starts) node, week, amounts, made_at, made_by FROM calls
    WHERE period = :period AND first_day = :first_day AND last_day = :last_day AND made_at <= :at AND position <= :known
    ORDER BY node, week_starts DESC, made_at DESC, position DESC""")
IN_ORDER = select(calls).order_by(calls.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    found = [call_row(each.event, each) for each in recorded if isinstance(each.event, CallSubmitted)]
    if found:
        await tx.execute(INSERT, rows(found))


def call_row(event: CallSubmitted, recorded: RecordedEvent[Any]) -> dict[str, Any]:
    return {
        **event.model_dump(mode="json", exclude={"note", "amounts"}),
        "position": recorded.position,
        "amounts": event.amounts.model_dump(mode="json", exclude_none=True),
        "note_ref": event.note and event.note.ref,
        "made_by": recorded.actor,
        "made_at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
    }


async def by_node(
    tx: AsyncConnection, period: Period, at: datetime, known: KnownPositions
) -> Mapping[str, Sequence[CallRow]]:
    """The calls of each node, the last week's first."""
    parameters = {"period": period.key, "first_day": period.starts, "last_day": period.ends}
    found: dict[str, list[CallRow]] = {}
    for node, week, amounts, made_at, made_by in await tx.execute(
        LAST_OF_WEEKS, parameters | {"at": at, "known": known.forecast}
    ):
        called = CalledAmounts.model_validate(amounts)
        found.setdefault(node, []).append(CallRow(week, called, made_at, made_by))
    return found


async def history(
    tx: AsyncConnection, chosen: Mapping[str, str | None], after: int, limit: int, subtree: Subtree
) -> list[Mapping[str, Any]]:
    """The calls as they were submitted, one more than `limit`. `chosen`: values of columns; None means any."""
    conditions = [calls.c[name] == value for name, value in chosen.items() if value is not None]
    if subtree.nodes is not None:
        conditions.append(calls.c.node == any_(literal(sorted(subtree.nodes), ARRAY(Text))))
    found = await tx.execute(IN_ORDER.where(calls.c.position > after, *conditions).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


PROJECTION = Projection("calls", 1, calls.metadata, {"forecast": apply})
