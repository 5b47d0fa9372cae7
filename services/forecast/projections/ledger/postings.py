"""The postings of every event to the accounts: rows are only ever added."""

from collections.abc import Iterable, Iterator
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
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.transaction import Posting
from services.forecast.projections.ledger.metadata import ledger_tables
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
LAST_POSITION = select(func.max(postings.c.position))


class NumberedPosting(NamedTuple):
    """`line` numbers an event's postings from 1."""

    recorded: RecordedEvent[OpportunityEvent]
    line: int
    posting: Posting


def added(lines: Iterable[NumberedPosting]) -> Iterator[Write]:
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
