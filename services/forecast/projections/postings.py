"""What every event posted to the accounts: rows are only ever added."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    case,
    column,
    func,
    literal,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import BucketSum, Sums
from services.forecast.ledger.transaction import Posting
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections.bucket_query import bucket_query, sums_by_key
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


async def sums_by_group(
    tx: AsyncConnection,
    groups: Mapping[str, str | None],
    deal_filter: DealFilter,
    until: Collection[Any] = (),
    *,
    undated: bool = False,
) -> Mapping[str, Sums]:
    """By group of owners, of deals of the period or without a close date. `groups`: that of each owner, named after the
    one whose deals are its own; None for owners who do not count. All others are the unassigned. `until`: what else
    holds of the postings that count."""
    names = literal([*groups], ARRAY(Text)), literal([*groups.values()], ARRAY(Text))
    grouped = func.unnest(*names).table_valued(column("owner", Text), column("node", Text)).render_derived("grouped")
    is_unassigned = grouped.c.owner.is_(None)
    key = case((is_unassigned, UNASSIGNED), else_=grouped.c.node)
    is_own = is_unassigned | (grouped.c.owner == grouped.c.node)
    summed = [postings.c.amount, postings.c.deals]
    summed += [case((is_own, each), else_=0) for each in summed]
    days = postings.c.close_date.is_(None) if undated else deal_filter.in_period(postings)
    query = (
        bucket_query(postings, key, postings.c.currency, summed, deal_filter, undated=undated)
        .select_from(postings.outerjoin(grouped, grouped.c.owner == postings.c.owner))
        .where(days, is_unassigned | grouped.c.node.is_not(None), *until)
        .having(func.sum(postings.c.deals) != 0)
    )
    return await sums_by_key((row[:6], BucketSum(*row[6:])) for row in await tx.execute(query))
