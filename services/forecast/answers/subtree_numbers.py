"""The numbers of a node and of those below it, with their overrides, at one moment."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.answers.question import conversion_into, numbers_for
from services.forecast.answers.visible import visible_overrides
from services.forecast.ledger.balances import ZERO, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import cumulative
from services.forecast.ledger.org_tree import OrgNode
from services.forecast.ledger.overrides import Seen, overridden
from services.forecast.periods.calendar import Period
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.overrides_below import overrides_below
from services.forecast.projections.subtree_totals import existing_node, must_not_be_too_many
from shared.store.slices import in_slices
from shared.web.callers.place import EVERYTHING, Subtree

NODES_AT_ONCE = 50


class NodeNumbers(NamedTuple):
    """Amounts in one currency, not rounded. `level`: so many levels below the node that was asked for."""

    node: OrgNode
    level: int
    closed: Decimal
    seen: Seen


class SubtreeNumbers(NamedTuple):
    """Numbers by node; the first one is the node that was asked for."""

    nodes: Mapping[str, NodeNumbers]
    conversion: Conversion

    def closed(self, node: str) -> Decimal:
        return self.nodes[node].closed if node in self.nodes else ZERO


async def subtree_numbers(
    tx: AsyncConnection,
    moment: Moment,
    period: Period,
    node: str | None,
    depth: int,
    currency: str,
    subtree: Subtree = EVERYTHING,
) -> SubtreeNumbers:
    """The numbers by the rates of the close dates. `subtree`: what the caller may see. Raises `Missing` for a node that
    the organisation of that time does not have."""
    numbers = await numbers_for(tx, moment, period)
    below = visible_overrides(await overrides_below(tx, numbers, period, node, moment.as_of, moment.known), subtree)
    tree = await numbers.tree(node, depth)
    top = existing_node(tree, node)
    levels = tree.levels(top, depth)
    must_not_be_too_many(levels)
    keys = {each: tree.totals_key(each) for each in {*levels, *below.overridden}}
    by_key = await numbers.sums({*keys.values()}, DealFilter(period, moment.today, converted_into=currency))
    sums = {each: by_key.get(key, {}) for each, key in keys.items()}
    conversion = await conversion_into(tx, currency, "close_date", moment, period)
    overrides = overridden(below.rows, below.nodes, sums, conversion)
    found = dict[str, NodeNumbers]()
    async for each, level in in_slices(levels.items(), NODES_AT_ONCE):
        pure = balance(sums[each], conversion).pure
        seen = overrides.seen(each, cumulative(pure))
        found[each] = NodeNumbers(tree.nodes[each], level, pure["closed"], seen)
    return SubtreeNumbers(found, conversion)
