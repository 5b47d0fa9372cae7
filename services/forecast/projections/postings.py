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
    Table,
    Text,
    TypedColumns,
    func,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import BucketSum, Sums
from services.forecast.ledger.transaction import Posting
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


async def sums_by_owner(
    tx: AsyncConnection, deal_filter: DealFilter, until: Collection[Any] = (), *, undated: bool = False
) -> Mapping[str, Sums]:
    """Of all owners, whatever the organisation: deals of the period, or deals without a close date. `until`: what
    else holds of the postings that count."""
    days = postings.c.close_date.is_(None) if undated else deal_filter.in_period(postings)
    summed = (postings.c.amount, postings.c.deals)
    query = bucket_query(postings, postings.c.owner, postings.c.currency, summed, deal_filter, undated=undated)
    found = await tx.execute(query.where(days, *until).having(func.sum(postings.c.deals) != 0))
    return await sums_by_key((row[:6], BucketSum(row[6], row[7], row[6], row[7])) for row in found)
