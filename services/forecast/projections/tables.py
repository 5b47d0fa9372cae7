"""The ledger's tables: postings and deals, totals under today's chart, the chart itself."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypedColumns,
    Uuid,
)

metadata = MetaData()
NO_DAY = date(9999, 1, 1)
"""Stands in a key for a deal without a close date. Not the last of all days: the driver sends that as infinity."""
NO_CURRENCY = ""
"""Stands in a key for a deal without an amount."""


class PostingColumns(TypedColumns):
    """All from the source's event: nothing here depends on a calendar, a chart, a rate or a setting."""

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


class DealColumns(TypedColumns):
    """Each deal's current account, also of those that have left the accounts."""

    opportunity_id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text, index=True)
    close_date: Named[date | None] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str | None] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    outcome: Named[str | None] = Column(Text)
    account: Named[str] = Column(Text)
    stage: Named[str] = Column(Text)
    stage_mapped: Named[bool] = Column(Boolean)


class PureColumns(TypedColumns):
    """`amount`, `deals`: of the node and all below it. `own_…`: the part that the node itself owns."""

    node: Named[str] = Column(Text)
    close_date: Named[date] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4), nullable=False)
    deals: Named[int] = Column(Integer, nullable=False)
    own_amount: Named[Decimal] = Column(Numeric(24, 4), nullable=False)
    own_deals: Named[int] = Column(Integer, nullable=False)


class CurrencyColumns(TypedColumns):
    """How many deals are in it."""

    currency: Named[str] = Column(Text, primary_key=True)
    deals: Named[int] = Column(Integer)


class SeatColumns(TypedColumns):
    """Today's chart: each node as it stands after its last row."""

    node: Named[str] = Column(Text, primary_key=True)
    parent: Named[str | None] = Column(Text, index=True)
    kind: Named[str] = Column(Text)
    active: Named[bool] = Column(Boolean)
    name_ref: Named[UUID] = Column(Uuid)


class OrgRowColumns(TypedColumns):
    """The dated chart: one row for each time that a node was placed or ended."""

    node: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    starts: Named[datetime] = Column(DateTime(timezone=True), index=True)
    parent: Named[str | None] = Column(Text)
    kind: Named[str | None] = Column(Text)
    ended: Named[bool] = Column(Boolean)


class LatestColumns(TypedColumns):
    """When the last of each source's events happened."""

    source: Named[str] = Column(Text, primary_key=True)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))


postings = Table("postings", metadata, PostingColumns)
Index(
    "postings_by_day",
    postings.c.close_date,
    postings.c.occurred_at,
    postgresql_include=[
        *("position", "owner", "category", "qualified", "currency", "motion", "pipeline", "amount", "deals")
    ],
)
deals = Table("deals", metadata, DealColumns)
Index("deals_by_day", deals.c.close_date, deals.c.opportunity_id)
Index(
    "deals_unmapped",
    deals.c.owner,
    postgresql_where=deals.c.outcome.is_(None) & deals.c.stage_mapped.is_(False),
)
pure = Table(
    "pure",
    metadata,
    PureColumns,
    PrimaryKeyConstraint(
        *("node", "close_date", "category", "qualified", "currency", "motion", "pipeline"),
        postgresql_include=["amount", "deals", "own_amount", "own_deals"],
    ),
)
currencies = Table("currencies", metadata, CurrencyColumns)
seats = Table("seats", metadata, SeatColumns)
Index("seats_inactive", seats.c.node, postgresql_where=seats.c.active.is_(False))
org_rows = Table("org_rows", metadata, OrgRowColumns)
latest = Table("latest", metadata, LatestColumns)
