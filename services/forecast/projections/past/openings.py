"""The list of the last months whose opening balances are kept.

An opening holds until an event is applied that happened before it: the same transaction deletes the opening. So no
posting at a position after its own happened before it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    CursorResult,
    DateTime,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections.ledger.org_rows import OrgInstant
from services.forecast.projections.past.past_deals import Cut
from services.forecast.upstream.pipeline import OpportunityEvent, PipelineEvent
from shared.rules.message import RecordedEvent

CLOSED = timedelta(days=366)
"""Deals that should have closed so long before an opening are not in it: else each would hold all that ever were."""

tables = MetaData()


class OpeningColumns(TypedColumns):
    """`position`: of the last posting that was looked at; null while the opening is being added up. `nodes`: those with
    totals, under the organisation of then. `org_position`: of the last of its rows that was known."""

    starts: Named[datetime] = Column(DateTime(timezone=True), primary_key=True)
    position: Named[int | None] = Column(BigInteger)
    org_position: Named[int | None] = Column(BigInteger)
    nodes: Named[list[str] | None] = Column(ARRAY(Text))


openings = Table("openings", tables, OpeningColumns)
FORGET = delete(openings).where(openings.c.starts > bindparam("earliest", type_=DateTime(timezone=True)))


class Opening(NamedTuple):
    """`is_last`: there is no later one. `nodes`: those with totals, under the organisation `org`."""

    starts: datetime
    is_last: bool
    nodes: Sequence[str]
    org: OrgInstant


COLUMNS = (
    openings.c.starts,
    openings.c.starts == select(func.max(openings.c.starts)).where(openings.c.position.is_not(None)).scalar_subquery(),
    openings.c.nodes,
    openings.c.org_position,
)


async def last_before(tx: AsyncConnection, cut: Cut) -> Opening | None:
    """The last one from which all accounts of a cut can be added up."""
    query = select(*COLUMNS).where(is_before(cut)).order_by(openings.c.starts.desc())
    return opening_of(await tx.execute(query.limit(1)))


async def nearest(tx: AsyncConnection, cut: Cut, first_day: date | None) -> Opening | None:
    """The one from which it is nearest to the accounts of a cut: of deals that close from the first day on or, without
    it, of those without a close date."""
    usable = is_before(cut)
    if cut.is_of_all_events:  # else, back from a later one, what was not known yet would be looked for everywhere
        usable |= is_after(cut)
    if first_day is not None:
        usable &= openings.c.starts <= datetime.combine(first_day, time(tzinfo=UTC)) + CLOSED
    distance = func.abs(func.extract("epoch", openings.c.starts - cut.as_of))
    return opening_of(await tx.execute(select(*COLUMNS).where(usable).order_by(distance).limit(1)))


def is_before(cut: Cut) -> ColumnElement[bool]:
    return (openings.c.starts <= cut.as_of) & (openings.c.position <= cut.position)


def is_after(cut: Cut) -> ColumnElement[bool]:
    return (openings.c.starts > cut.as_of) & openings.c.position.is_not(None)


def opening_of(found: CursorResult[Any]) -> Opening | None:
    row: Any = found.one_or_none()
    return None if row is None else Opening(row[0], row[1], row.nodes or (), OrgInstant(row[0], row.org_position or 0))


async def kept(tx: AsyncConnection) -> list[datetime]:
    """The beginnings of months that have an opening, the first one first."""
    complete = select(openings.c.starts).where(openings.c.position.is_not(None))
    return list((await tx.execute(complete.order_by(openings.c.starts))).scalars())


async def forget_later(tx: AsyncConnection, recorded: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """Takes away the openings after the earliest of these events."""
    happened = [each.occurred_at for each in recorded if isinstance(each.event, OpportunityEvent)]
    if happened:
        await tx.execute(FORGET, {"earliest": min(happened)})
