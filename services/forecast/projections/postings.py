"""What every event posted to the accounts: rows are only ever added."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Named,
    Numeric,
    Select,
    Table,
    Text,
    TypedColumns,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import BucketSum, Sums
from services.forecast.ledger.transaction import Posting
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.projections.bucket_query import KEY_AND_BUCKET, bucket_query, sums_by_key
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.metadata import ledger_tables
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.message import RecordedEvent
from shared.store.rows import Write, insert, rows


class PostingColumns(TypedColumns):
    """All from the source's event: nothing here depends on a calendar, the organisation, a rate or a setting."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    line: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    opportunity_id: Named[str] = Column(Text)
    owner: Named[str] = Column(Text)
    close_date: Named[date | None] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str | None] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    deals: Named[int] = Column(Integer)
    reason: Named[str] = Column(Text)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


postings = Table("postings", ledger_tables, PostingColumns)
Index(
    "postings_by_day",
    postings.c.close_date,
    postings.c.occurred_at,
    postgresql_include=[
        *("position", "owner", "category", "qualified", "currency", "motion", "pipeline", "amount", "deals")
    ],
)
Index("postings_by_deal", postings.c.opportunity_id)
INSERT = insert(postings)
HASHED, AS_PLANNED = text("SET LOCAL enable_sort = off"), text("SET LOCAL enable_sort TO DEFAULT")
"""Around a sum by owner: Postgres expects far more groups than there are, and would sort all postings on disk."""
LAST_POSITION = select(func.max(postings.c.position))


class PostedLine(NamedTuple):
    """`line` numbers an event's postings from 1."""

    recorded: RecordedEvent[OpportunityEvent]
    line: int
    posting: Posting


def added(lines: Iterable[PostedLine]) -> Iterator[Write]:
    yield INSERT, rows(posting_row(*each) for each in lines)


def posting_row(recorded: RecordedEvent[OpportunityEvent], line: int, posting: Posting) -> dict[str, Any]:
    return posting.account._asdict() | {
        "position": recorded.position,
        "line": line,
        "opportunity_id": recorded.subject,
        "amount": posting.amount,
        "deals": posting.deals,
        "reason": posting.reason,
        "occurred_at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
    }


async def last_position(tx: AsyncConnection) -> int:
    """0 before there are any."""
    return (await tx.execute(LAST_POSITION)).scalar_one_or_none() or 0


async def sums_of_all(tx: AsyncConnection, deal_filter: DealFilter, among: Collection[Any], *, undated: bool) -> Sums:
    """Of all owners' deals, none of which are a node's own. `among`: what holds of the postings that count."""
    summed = [postings.c.amount, postings.c.deals]
    query = bucket_query(postings, literal(ROOT), postings.c.currency, summed, deal_filter, undated=undated)
    query = query.where(days(deal_filter, undated=undated), *among).having(any_is_left(summed))
    found = await sums_by_key((row[:6], BucketSum(*row[6:])) for row in await tx.execute(query))
    return found.get(ROOT, {})


async def sums_by_group(
    tx: AsyncConnection,
    groups: Mapping[str, str | None],
    deal_filter: DealFilter,
    among: Collection[Any] = (),
    *,
    undated: bool = False,
) -> Mapping[str, Sums]:
    """By group of owners, of deals of the period or without a close date. `groups`: that of each owner, named after the
    one whose deals are its own; None for owners who do not count. All others are the unassigned. `among`: what else
    holds of the postings that count. An array of thousands of names takes the driver long, a text does not."""
    owners, nodes = ",".join(groups), ",".join(each or "" for each in groups.values())
    names = func.string_to_array(owners, ","), func.string_to_array(nodes, ",", "")
    grouped = func.unnest(*names).table_valued(column("owner", Text), column("node", Text)).render_derived("grouped")
    owner, *bucket, amount, deals = sums_by_owner(deal_filter, among, undated=undated).subquery("by_owner").c
    is_unassigned = grouped.c.owner.is_(None)
    key = case((is_unassigned, UNASSIGNED), else_=grouped.c.node)
    is_own = is_unassigned | (grouped.c.owner == grouped.c.node)
    each_owners = amount, cast(deals, Integer)  # sums of bigger integers would be decimals
    summed = [*each_owners, *(case((is_own, each), else_=0) for each in each_owners)]
    query = (
        select(key, *bucket, *map(func.sum, summed))
        .select_from(owner.table.outerjoin(grouped, grouped.c.owner == owner))
        .where(is_unassigned | grouped.c.node.is_not(None))
        .group_by(KEY_AND_BUCKET)
        .having(any_is_left(summed))
    )
    await tx.execute(HASHED)
    found = await tx.execute(query)
    await tx.execute(AS_PLANNED)
    return await sums_by_key((row[:6], BucketSum(*row[6:])) for row in found)


def sums_by_owner(deal_filter: DealFilter, among: Collection[Any], *, undated: bool) -> Select[Any]:
    """Few rows, so that what is joined with each is cheap."""
    summed = postings.c.amount, postings.c.deals
    query = bucket_query(postings, postings.c.owner, postings.c.currency, summed, deal_filter, undated=undated)
    return query.where(days(deal_filter, undated=undated), *among)


def days(deal_filter: DealFilter, *, undated: bool) -> Any:
    return postings.c.close_date.is_(None) if undated else deal_filter.in_period(postings)


def any_is_left(summed: Collection[Any]) -> Any:
    return or_(*(func.sum(each) != 0 for each in summed))
