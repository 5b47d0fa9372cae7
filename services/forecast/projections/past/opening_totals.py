"""The sums of an opening's balances below each of the larger nodes, under the organisation of then.

An answer takes the balances of owners who have come below another node since out again, and adds them where they
count: so it needs few rows, whatever was moved.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
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
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Sums
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger import node_totals
from services.forecast.projections.ledger.node_totals import NO_CURRENCY, NO_DAY
from services.forecast.projections.past.openings import tables
from shared.store.slices import in_slices

LEAST_BELOW = 30
"""The number of owners below which the balances of each are hardly more rows."""
OWNERS_AT_ONCE = 2_000


class OpeningTotalColumns(TypedColumns):
    """The columns are those of the totals under today's organisation, of each opening."""

    starts: Named[datetime] = Column(DateTime(timezone=True))
    node: Named[str] = Column(Text)
    close_date: Named[date] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    deals: Named[int] = Column(Integer)
    own_amount: Named[Decimal] = Column(Numeric(24, 4))
    own_deals: Named[int] = Column(Integer)


opening_totals = Table("opening_totals", tables, OpeningTotalColumns)
Index("opening_totals_by_node", opening_totals.c.starts, opening_totals.c.node, opening_totals.c.close_date)
ADD_UP = text("""
    WITH pairs AS (
        SELECT * FROM unnest(string_to_array(:owners, ','), string_to_array(:nodes, ',')) AS pair (owner, node)),
    counted AS (
        SELECT node, balances.*, balances.owner = node AS own
        FROM opening_balances AS balances JOIN pairs ON pairs.owner = balances.owner WHERE starts = :starts
        UNION ALL
        SELECT :root, balances.*, false FROM opening_balances AS balances WHERE starts = :starts
        UNION ALL
        SELECT :unassigned, balances.*, true FROM opening_balances AS balances
        WHERE starts = :starts AND owner NOT IN (SELECT unnest(string_to_array(:everybody, ','))))
    INSERT INTO opening_totals (starts, node, close_date, category, qualified, currency, motion, pipeline,
        amount, deals, own_amount, own_deals)
    SELECT starts, node, coalesce(close_date, :no_day), category, qualified, coalesce(currency, :no_currency), motion,
        pipeline, sum(amount), sum(deals),
        coalesce(sum(amount) FILTER (WHERE own), 0), coalesce(sum(deals) FILTER (WHERE own), 0)
    FROM counted
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ORDER BY 2, 3""")


async def add_up(tx: AsyncConnection, starts: datetime, nodes: OrgNodes) -> Sequence[str]:
    """Adds up the balances of the opening. Returns the nodes that have totals."""
    paths = {owner: list(counting_nodes(nodes, owner)) async for owner in in_slices(nodes, OWNERS_AT_ONCE)}
    below = Counter(node for path in paths.values() for node in path)
    large = {node for node, number in below.items() if number >= LEAST_BELOW} - {ROOT}
    pairs = [(owner, node) for owner, path in paths.items() for node in path if node in large]
    parameters = {
        "owners": ",".join(owner for owner, _ in pairs),
        "nodes": ",".join(node for _, node in pairs),
        "everybody": ",".join(paths),
    }
    constants = {"root": ROOT, "unassigned": UNASSIGNED, "no_day": NO_DAY, "no_currency": NO_CURRENCY}
    await tx.execute(ADD_UP, {"starts": starts, **parameters, **constants})
    return [ROOT, UNASSIGNED, *sorted(large)]


async def sums_by_node(
    tx: AsyncConnection, starts: datetime, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool
) -> Mapping[str, Sums]:
    """The sums of the opening for nodes that have totals."""
    table = select(opening_totals).where(opening_totals.c.starts == starts).subquery("opening")
    return await node_totals.sums_by_node(tx, nodes, deal_filter, undated=undated, table=table)
