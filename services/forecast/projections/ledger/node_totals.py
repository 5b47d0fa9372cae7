"""Totals under today's organisation: of each node, with all below it, by close day and bucket."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    FromClause,
    Integer,
    Named,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypedColumns,
    any_,
    bindparam,
    func,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import BucketSum, Sums
from services.forecast.ledger.moved_totals import TotalsShare
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.ledger.transaction import Posting
from services.forecast.projections.bucket_query import bucket_query, sums_by_key
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger.metadata import ledger_tables
from shared.store.rows import Write, rows, upsert

NO_DAY = date(9999, 1, 1)
"""This day stands in a key for a deal without a close date. It is not the last of all days: the driver sends that as
infinity."""
NO_CURRENCY = ""
"""This text stands in a key for a deal without an amount."""


class NodeTotalColumns(TypedColumns):
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


KEY = ("node", "close_date", "category", "qualified", "currency", "motion", "pipeline")
SUMS = ("amount", "deals", "own_amount", "own_deals")
node_totals = Table("pure", ledger_tables, NodeTotalColumns, PrimaryKeyConstraint(*KEY, postgresql_include=list(SUMS)))
UPSERT = upsert(node_totals, add=SUMS)
DELETE_EMPTY = text(f"""
    DELETE FROM pure USING jsonb_populate_recordset(CAST(NULL AS pure), CAST(:rows AS jsonb)) AS touched
    WHERE ({", ".join(f"pure.{name}" for name in KEY)}) = ({", ".join(f"touched.{name}" for name in KEY)})
        AND (pure.amount, pure.deals, pure.own_amount, pure.own_deals) = (0, 0, 0, 0)""")  # noqa: S608 - our own names
MOVE = text("""
    WITH shares AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row (source text, target text, share int, own int)),
    sources AS (
        SELECT node AS source, close_date, category, qualified, currency, motion, pipeline, amount, deals
        FROM pure WHERE node IN (SELECT source FROM shares)
        UNION ALL
        SELECT owner, coalesce(close_date, :no_day), category, qualified, coalesce(currency, :no_currency), motion,
            pipeline, sum(amount), count(*)
        FROM deals WHERE owner = ANY(:new) AND (outcome IS NULL OR outcome = 'won')
        GROUP BY 1, 2, 3, 4, 5, 6, 7)
    INSERT INTO pure (node, close_date, category, qualified, currency, motion, pipeline,
        amount, deals, own_amount, own_deals)
    SELECT target, close_date, category, qualified, currency, motion, pipeline,
        sum(share * amount), sum(share * deals), sum(own * amount), sum(own * deals)
    FROM sources JOIN shares USING (source)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (node, close_date, category, qualified, currency, motion, pipeline) DO UPDATE
    SET amount = pure.amount + excluded.amount, deals = pure.deals + excluded.deals,
        own_amount = pure.own_amount + excluded.own_amount, own_deals = pure.own_deals + excluded.own_deals""")
DELETE_EMPTY_OF = text("""
    DELETE FROM pure WHERE node = ANY(:nodes) AND (amount, deals, own_amount, own_deals) = (0, 0, 0, 0)""")


@dataclass(slots=True)
class RowChange:
    """The sums that a batch adds to one row."""

    amount: Decimal = Decimal(0)
    deals: int = 0
    own_amount: Decimal = Decimal(0)
    own_deals: int = 0

    def add(self, posting: Posting) -> None:
        self.amount += posting.amount
        self.deals += posting.deals

    def add_own(self, posting: Posting) -> None:
        self.own_amount += posting.amount
        self.own_deals += posting.deals


RowKey = tuple[Any, ...]


def changed(postings: Iterable[Posting], nodes: OrgNodes) -> Iterator[Write]:
    """`nodes` has the postings' owners, as far as they are nodes, and all above them."""
    changes = [row for row in changed_rows(postings, nodes) if any(row[name] for name in SUMS)]
    yield UPSERT, rows(changes)
    if fewer := [row for row in changes if row["deals"] < 0]:
        yield DELETE_EMPTY, rows(fewer)


def changed_rows(postings: Iterable[Posting], nodes: OrgNodes) -> list[dict[str, Any]]:
    """The rows, sorted by key, so that the same batch always writes in the same order."""
    paths: dict[str, list[str]] = {}
    changes: Mapping[RowKey, RowChange] = defaultdict(RowChange)
    for posting in postings:
        owner = posting.account.owner
        path = paths.get(owner) or paths.setdefault(owner, list(counting_nodes(nodes, owner)))
        key = bucket_key(posting)
        changes[path[0], *key].add_own(posting)
        for node in path:
            changes[node, *key].add(posting)
    return [total_row(key, changes[key]) for key in sorted(changes)]


def bucket_key(posting: Posting) -> RowKey:
    account = posting.account
    return (
        account.close_date or NO_DAY,
        account.category,
        account.qualified,
        account.currency or NO_CURRENCY,
        account.motion,
        account.pipeline,
    )


def total_row(key: RowKey, change: RowChange) -> dict[str, Any]:
    return dict(zip(KEY, key, strict=True)) | {name: getattr(change, name) for name in SUMS}


async def move(tx: AsyncConnection, shares: Sequence[TotalsShare], new: Iterable[str]) -> None:
    """`new`: nodes that have no totals yet."""
    if not shares:
        return
    more = {"no_day": NO_DAY, "no_currency": NO_CURRENCY, "new": sorted(new)}
    await tx.execute(MOVE, rows(shares) | more)
    await tx.execute(DELETE_EMPTY_OF, {"nodes": sorted({share.target for share in shares})})


async def sums_by_node(
    tx: AsyncConnection,
    nodes: Collection[str],
    deal_filter: DealFilter,
    *,
    undated: bool = False,
    table: FromClause = node_totals,
) -> Mapping[str, Sums]:
    """The sums of deals of the period, or of those without a close date, by node. `table`: a table with the same
    columns."""
    columns = table.c
    days = columns.close_date == NO_DAY if undated else deal_filter.in_period(table)
    summed, currency = [columns[name] for name in SUMS], func.nullif(columns.currency, NO_CURRENCY)
    query = bucket_query(table, columns.node, currency, summed, deal_filter, undated=undated)
    of_nodes = columns.node == any_(bindparam("nodes", type_=ARRAY(Text)))
    found = await tx.execute(query.where(of_nodes, days), {"nodes": list(nodes)})
    return await sums_by_key((row[:6], BucketSum(*row[6:])) for row in found)
