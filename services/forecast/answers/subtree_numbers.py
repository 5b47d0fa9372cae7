"""What a node and those below it come to, with their overrides, at one moment."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.answers.question import conversion_into, numbers_for
from services.forecast.answers.visible import visible_overrides
from services.forecast.ledger.balances import ZERO, Balance, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import cumulative
from services.forecast.ledger.org_tree import OrgNode
from services.forecast.ledger.overrides import Seen, overridden
from services.forecast.periods.calendar import Period
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.overrides_below import overrides_below
from services.forecast.projections.subtree_totals import subtree_totals
from shared.web.place import EVERYTHING, Subtree


class NodeNumbers(NamedTuple):
    """Amounts in one currency, not rounded. `level`: so many levels below the node that was asked for."""

    node: OrgNode
    level: int
    balance: Balance
    seen: Seen


class SubtreeNumbers(NamedTuple):
    """By node, the one that was asked for first."""

    nodes: Mapping[str, NodeNumbers]
    conversion: Conversion

    def closed(self, node: str) -> Decimal:
        return self.nodes[node].balance.pure["closed"] if node in self.nodes else ZERO


async def subtree_numbers(
    tx: AsyncConnection,
    at: Moment,
    period: Period,
    node: str | None,
    depth: int,
    currency: str,
    subtree: Subtree = EVERYTHING,
) -> SubtreeNumbers:
    """By the rates of the close dates. `subtree`: what the caller may see. Raises `Missing` for a
    node that the organisation of that time does not have."""
    deals = DealFilter(period, at.today, converted_into=currency)
    numbers = await numbers_for(tx, at, period)
    below = visible_overrides(await overrides_below(tx, numbers, period, node, at.as_of, at.known), subtree)
    totals = await subtree_totals(numbers, deals, node, depth, below.overridden)
    conversion = await conversion_into(tx, currency, "close_date", at, period)
    overrides = overridden(below.rows, below.nodes, totals.overridden, conversion)
    found, levels = dict[str, NodeNumbers](), {totals.node: 0}
    for each, sums in totals.sums.items():
        levels |= dict.fromkeys(totals.tree.children.get(each, ()), levels[each] + 1)
        own = balance(sums, conversion)
        seen = overrides.seen(each, cumulative(own.pure))
        found[each] = NodeNumbers(totals.tree.nodes[each], levels[each], own, seen)
    return SubtreeNumbers(found, conversion)
