"""The balances of all accounts when each of the last months began: sums of postings, kept so that an answer about the
past adds up only the postings since. They make answers faster, and never other ones."""

from asyncio import Lock
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    FromClause,
    Index,
    Integer,
    Named,
    Numeric,
    Select,
    Table,
    Text,
    TypedColumns,
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
from services.forecast.projections.ledger.org_rows import OrgInstant, nodes_at
from services.forecast.projections.ledger.postings import last_position, postings
from services.forecast.projections.past import opening_totals, openings, past_orgs
from services.forecast.projections.past.openings import CLOSED, Opening, tables
from services.forecast.projections.past.past_deals import Cut
from shared.flow import checkpoint
from shared.flow.projection import Projection
from shared.store.ownership import owned_by

MONTHS = 16
"""The months with openings: as many as answers about each week of the quarters that ended in the last year need."""
SETTLED = timedelta(days=7)
"""The time after the beginning of a month in which late entries of the month before are expected."""
LEAST_POSTINGS = 100_000
"""Fewer are added up in no time."""


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
opening_balances = Table("opening_balances", tables, OpeningBalanceColumns)
Index("opening_balances_by_day", opening_balances.c.starts, opening_balances.c.close_date)


# -- reading ---------------------------------------------------------------------------------------------------------


def accounts_of(cut: Cut, opening: Opening | None) -> FromClause:
    """Rows that add up to the accounts of the cut."""
    if opening is None:
        return select(*posted(1)).where(cut.condition(postings)).subquery("accounts")
    return union_all(balances_of(opening.starts), changes_from(opening, cut)).subquery("accounts")


def changes_from(opening: Opening, cut: Cut) -> Select[Any]:
    """The postings since the opening or, of one after the cut, those to take out again."""
    if opening.starts <= cut.as_of:
        return select(*posted(1)).where(cut.condition(postings), postings.c.occurred_at >= opening.starts)
    return select(*posted(-1)).where(cut.opposite(postings), postings.c.occurred_at < opening.starts)


def posted(sign: int) -> Sequence[Any]:
    account = [postings.c[name] for name in ACCOUNT]
    if sign > 0:
        return [*account, postings.c.amount, postings.c.deals]
    return [*account, (-postings.c.amount).label("amount"), (-postings.c.deals).label("deals")]


def balances_of(starts: datetime, owners: Collection[str] | None = None) -> Select[Any]:
    """`owners`: None for all."""
    of_owners = owned_by(opening_balances.c.owner, owners)
    columns = [opening_balances.c[name] for name in COLUMNS]
    return select(*columns).where(opening_balances.c.starts == starts, *of_owners)


# -- adding up -------------------------------------------------------------------------------------------------------


async def fill(engine: AsyncEngine, read_models: str, now: datetime, turn: Lock) -> bool:
    """Adds up the earliest opening that is missing, if it can. It takes seconds for a million deals, in which events go
    on being applied. It waits for no lock of theirs: a time-out would end their work."""
    months = beginnings_of_months(now)
    async with turn:
        starts = await begin(engine, read_models, months)
    if starts is None:
        return False
    async with engine.begin() as tx:
        for table in (opening_balances, opening_totals.opening_totals):
            await tx.execute(delete(table).where(table.c.starts < months[0]))
    return await add_up(engine, read_models, starts)


def beginnings_of_months(now: datetime) -> list[datetime]:
    """The beginnings of the last months, as instants in UTC."""
    last = (now - SETTLED).astimezone(UTC)
    months = last.year * 12 + last.month - 1
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(months - MONTHS + 1, months + 1)]


async def begin(engine: AsyncEngine, read_models: str, months: Sequence[datetime]) -> datetime | None:
    """Begins the first missing opening. Once this is committed, every posting that is older takes the opening away.
    Events that were being applied before would not: therefore it takes turns with them."""
    async with engine.begin() as tx:
        done = await openings.kept(tx)
        missing = next((month for month in months if month not in done), None)
        if missing is None or not await has_many_postings(tx) or not await checkpoint.try_lock(tx, read_models):
            return None
        await tx.execute(delete(openings.openings).where(openings.openings.c.starts < months[0]))
        await tx.execute(insert(openings.openings).values(starts=missing).on_conflict_do_nothing())
    return missing


async def has_many_postings(tx: AsyncConnection) -> bool:
    found = await tx.execute(select(postings.c.position).order_by(postings.c.position).offset(LEAST_POSTINGS).limit(1))
    return found.one_or_none() is not None


async def add_up(engine: AsyncEngine, read_models: str, starts: datetime) -> bool:
    """Adds the opening up, from the one before where there is one. Nothing is kept, and false returned, if the opening
    was taken away meanwhile, or if another process was faster."""
    async with engine.begin() as tx:
        if not await is_alone(tx, read_models):
            return False
        for table in (opening_balances, opening_totals.opening_totals):
            await tx.execute(delete(table).where(table.c.starts == starts))
        found = sums_until(starts, await openings.last_before(tx, before(starts))).add_columns(literal(starts))
        by_day = found.order_by(found.selected_columns.close_date)  # so that those of a period are near each other
        await tx.execute(insert(opening_balances).from_select([*COLUMNS, "starts"], by_day))
        org = OrgInstant(starts, (await past_orgs.rows_at(tx, OrgInstant(starts, EVERYTHING.forecast))).position or 0)
        nodes = await opening_totals.add_up(tx, starts, await nodes_at(tx, org))
        begun = (openings.openings.c.starts == starts) & openings.openings.c.position.is_(None)
        locked = select(openings.openings.c.starts).where(begun).with_for_update(skip_locked=True)
        if (await tx.execute(locked)).one_or_none() is None:
            await tx.rollback()
            return False
        totals = {"nodes": nodes, "org_position": org.position}
        await tx.execute(update(openings.openings).where(begun).values(position=await last_position(tx), **totals))
    return True


async def is_alone(tx: AsyncConnection, read_models: str) -> bool:
    """Locks others out until the transaction ends. A process that stopped answering may still be adding up the same."""
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


PROJECTION = Projection("opening_balances", 2, tables, {"pipeline": openings.forget_later}, fill)
