"""What stood in the accounts when each of the last months began: sums of postings, kept so that an answer about the
past adds up only the postings since. They make answers faster, and never other ones.

An opening holds until an event is applied that happened before it: the same transaction deletes the opening. So no
posting at a position after its own happened before it.
"""

from asyncio import Lock
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    FromClause,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    Select,
    Table,
    Text,
    TypedColumns,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.forecast.projections.known_positions import EVERYTHING
from services.forecast.projections.past_deals import Cut
from services.forecast.projections.postings import last_position, postings
from services.forecast.upstream.pipeline import OpportunityEvent, PipelineEvent
from shared.flow import checkpoint
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent

MONTHS = 13
SETTLED = timedelta(days=7)
"""From the beginning of a month: until then, late entries of the month before are expected."""
LEAST_POSTINGS = 100_000
"""Fewer are added up in no time."""
CLOSED = timedelta(days=366)
"""Deals that should have closed so long before an opening are not in it: else each would hold all that ever were."""

tables = MetaData()


class OpeningColumns(TypedColumns):
    """`position`: of the last posting that was looked at; null while the balances are being added up."""

    starts: Named[datetime] = Column(DateTime(timezone=True), primary_key=True)
    position: Named[int | None] = Column(BigInteger)


class OpeningBalanceColumns(TypedColumns):
    starts: Named[datetime] = Column(DateTime(timezone=True))
    owner: Named[str] = Column(Text)
    close_date: Named[date | None] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str | None] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    deals: Named[int] = Column(Integer)


ACCOUNT = ("owner", "close_date", "category", "qualified", "currency", "motion", "pipeline")
COLUMNS = (*ACCOUNT, "amount", "deals")
openings = Table("openings", tables, OpeningColumns)
opening_balances = Table("opening_balances", tables, OpeningBalanceColumns)
Index(
    "opening_balances_by_day",
    opening_balances.c.starts,
    opening_balances.c.close_date,
    postgresql_include=[name for name in COLUMNS if name != "close_date"],
)
FORGET = delete(openings).where(openings.c.starts > bindparam("earliest", type_=DateTime(timezone=True)))


class Opening(NamedTuple):
    """`is_last`: there is no later one."""

    starts: datetime
    is_last: bool


# -- reading ---------------------------------------------------------------------------------------------------------


async def last_opening(tx: AsyncConnection, cut: Cut, first_day: date | None = None) -> Opening | None:
    """The last one from which the accounts of a cut can be added up: all of them or, with a first day, of deals that
    close from then on."""
    table = openings.c
    last = select(func.max(table.starts)).where(table.position.is_not(None)).scalar_subquery()
    query = select(table.starts, table.starts == last).order_by(table.starts.desc()).limit(1)
    query = query.where(table.starts <= cut.as_of, table.position <= cut.position)
    if first_day is not None:
        query = query.where(table.starts <= datetime.combine(first_day, time(tzinfo=UTC)) + CLOSED)
    found = (await tx.execute(query)).one_or_none()
    return None if found is None else Opening(*found)


async def kept(tx: AsyncConnection) -> list[datetime]:
    """The beginnings of months that have an opening, the first one first."""
    complete = select(openings.c.starts).where(openings.c.position.is_not(None))
    return list((await tx.execute(complete.order_by(openings.c.starts))).scalars())


def accounts_of(cut: Cut, opening: Opening | None) -> FromClause:
    """Rows that add up to the accounts of the cut."""
    posted = select(*(postings.c[name] for name in COLUMNS)).where(cut.condition(postings))
    if opening is None:
        return posted.subquery("accounts")
    since = posted.where(postings.c.occurred_at >= opening.starts)
    return union_all(balances_of(opening.starts), since).subquery("accounts")


def balances_of(starts: datetime) -> Select[Any]:
    return select(*(opening_balances.c[name] for name in COLUMNS)).where(opening_balances.c.starts == starts)


# -- adding up -------------------------------------------------------------------------------------------------------


async def forget_later(tx: AsyncConnection, recorded: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """Takes away the openings after the earliest of these events."""
    happened = [each.occurred_at for each in recorded if isinstance(each.event, OpportunityEvent)]
    if happened:
        await tx.execute(FORGET, {"earliest": min(happened)})


async def fill(engine: AsyncEngine, read_models: str, now: datetime, turn: Lock) -> bool:
    """Adds up the earliest opening that is missing, if it can. It takes seconds for a million deals, in which events go
    on being applied. It waits for no lock of theirs: a time-out would end their work."""
    months = beginnings_of_months(now)
    async with turn:
        starts = await begin(engine, read_models, months)
    if starts is None:
        return False
    async with engine.begin() as tx:
        await tx.execute(delete(opening_balances).where(opening_balances.c.starts < months[0]))
    return await add_up(engine, read_models, starts)


def beginnings_of_months(now: datetime) -> list[datetime]:
    """The last ones, as instants in UTC."""
    last = (now - SETTLED).astimezone(UTC)
    months = last.year * 12 + last.month - 1
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(months - MONTHS + 1, months + 1)]


async def begin(engine: AsyncEngine, read_models: str, months: Sequence[datetime]) -> datetime | None:
    """Once this is committed, every posting that is older takes the opening away. Events that were being applied before
    would not: therefore it takes turns with them."""
    async with engine.begin() as tx:
        done = await kept(tx)
        missing = next((month for month in months if month not in done), None)
        if missing is None or not await has_many_postings(tx) or not await checkpoint.try_turn(tx, read_models):
            return None
        await tx.execute(delete(openings).where(openings.c.starts < months[0]))
        await tx.execute(insert(openings).values(starts=missing).on_conflict_do_nothing())
    return missing


async def has_many_postings(tx: AsyncConnection) -> bool:
    found = await tx.execute(select(postings.c.position).order_by(postings.c.position).offset(LEAST_POSTINGS).limit(1))
    return found.one_or_none() is not None


async def add_up(engine: AsyncEngine, read_models: str, starts: datetime) -> bool:
    """From the opening before, where there is one. Nothing is kept, and false returned, if the opening was taken away
    meanwhile, or if another process was faster."""
    async with engine.begin() as tx:
        if not await is_alone(tx, read_models):
            return False
        await tx.execute(delete(opening_balances).where(opening_balances.c.starts == starts))
        found = sums_until(starts, await last_opening(tx, before(starts)))
        await tx.execute(insert(opening_balances).from_select([*COLUMNS, "starts"], found.add_columns(literal(starts))))
        begun = (openings.c.starts == starts) & openings.c.position.is_(None)
        locked = select(openings.c.starts).where(begun).with_for_update(skip_locked=True)
        if (await tx.execute(locked)).one_or_none() is None:
            await tx.rollback()
            return False
        await tx.execute(update(openings).where(begun).values(position=await last_position(tx)))
    return True


async def is_alone(tx: AsyncConnection, read_models: str) -> bool:
    """Until the transaction ends. A process that stopped answering may still be adding up the same."""
    lock = func.pg_try_advisory_xact_lock(func.hashtext("openings"), func.hashtext(read_models))
    return bool((await tx.execute(select(lock))).scalar_one())


def before(starts: datetime) -> Cut:
    return Cut(starts - datetime.resolution, EVERYTHING.pipeline)


def sums_until(starts: datetime, opening: Opening | None = None) -> Select[Any]:
    """The balances of an opening: from an earlier one or, without it, from all postings."""
    accounts = accounts_of(before(starts), opening)
    account = [accounts.c[name] for name in ACCOUNT]
    amount, deals = func.sum(accounts.c.amount), func.sum(accounts.c.deals)
    closes = accounts.c.close_date
    return (
        select(*account, amount, cast(deals, Integer))
        .where(closes.is_(None) | (closes >= (starts - CLOSED).date()))
        .group_by(*account)
        .having((amount != 0) | (deals != 0))
    )


PROJECTION = Projection("opening_balances", 1, tables, {"pipeline": forget_later}, fill)
