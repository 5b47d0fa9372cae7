"""The sums of the deals below a node, and of those below its children."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.forecast.ledger.balances import Sums, own_open_deals, with_own
from services.forecast.ledger.org_tree import OrgTree, counting_nodes
from services.forecast.ledger.warnings import WarningCounts
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.projections.deal_filter import DealFilter, PageKey
from services.forecast.projections.ledger.deals import Owners
from services.forecast.projections.numbers import Numbers
from shared.rules.message import InvalidField, Missing

MOST_NODES = 1_000
"""The nodes of one answer: more would hold up other requests while it is written as JSON."""


@dataclass(frozen=True)
class SubtreeTotals:
    """`sums`: of deals that close in the period, by node: the node and those below it. `with_undated`: the node's sums,
    with those of deals without a close date; `unassigned`: the part of these whose owners have no node. `overridden`:
    the sums of overridden nodes, also of those further down."""

    tree: OrgTree
    node: str
    sums: Mapping[str, Sums]
    with_undated: Sums
    unassigned: Sums
    overridden: Mapping[str, Sums]
    counts: WarningCounts


async def subtree_totals(
    numbers: Numbers, deal_filter: DealFilter, node: str | None, depth: int, overridden: Collection[str] = ()
) -> SubtreeTotals:
    """Raises `Missing` for a node that the organisation of that time does not have, and `InvalidField` for a depth
    that leads to too many nodes."""
    tree = await numbers.tree(node, depth)
    node = existing_node(tree, node)
    subtree = tree.subtree(node, depth)
    must_not_be_too_many(subtree)
    key = tree.totals_key(node)
    inactive = await inactive_below(numbers, key)
    keys = {each: tree.totals_key(each) for each in overridden}
    dated = await numbers.sums({key, UNASSIGNED, *subtree, *inactive, *keys.values()}, deal_filter)
    undated = await numbers.sums({key, UNASSIGNED, *inactive}, deal_filter, undated=True)
    both = {each: {**dated.get(each, {}), **undated.get(each, {})} for each in (key, UNASSIGNED, *inactive)}
    return SubtreeTotals(
        tree,
        node,
        {each: with_own(dated.get(tree.totals_key(each), {}), dated.get(each, {})) for each in subtree},
        both[key],
        both[UNASSIGNED] if node in (tree.root, UNASSIGNED) else {},
        {each: dated.get(keys[each], {}) for each in keys},
        WarningCounts(
            unmapped=await unmapped_below(numbers, deal_filter, key),
            inactive=sum(own_open_deals(both[each]) for each in inactive),
        ),
    )


def existing_node(tree: OrgTree, node: str | None) -> str:
    """The node, by default the root. Raises `Missing`."""
    chosen = tree.root if node in (None, ROOT) else node
    if chosen not in tree.nodes:
        raise Missing(f"there is no node {chosen} in the organisation of that time")
    return chosen


def must_not_be_too_many(subtree: Collection[str]) -> None:
    if len(subtree) > MOST_NODES:
        found = f"the answer would have {len(subtree)} nodes, more than {MOST_NODES}"
        raise InvalidField("query/depth", f"{found}: ask for fewer levels, or for a node further down")


async def inactive_below(numbers: Numbers, key: str) -> Sequence[str]:
    inactive = await numbers.inactive_nodes()
    nodes = await numbers.ancestors(inactive)
    return [node for node in inactive if key in counting_nodes(nodes, node)]


async def unmapped_below(numbers: Numbers, deal_filter: DealFilter, key: str) -> int:
    counts = await numbers.unmapped_by_owner(deal_filter)
    nodes = await numbers.ancestors(counts.keys())
    return sum(count for owner, count in counts.items() if key in counting_nodes(nodes, owner))


async def deals_behind(
    numbers: Numbers,
    deal_filter: DealFilter,
    node: str,
    category: str | None,
    after: PageKey | None,
    limit: int,
    visible: Collection[str] | None = None,
    *,
    of_inactive: bool = False,
) -> list[dict[str, Any]]:
    """The deals that a node's totals count, by close date, one more than `limit`. `visible`: of these owners alone.
    `of_inactive`: of those alone who have ended.
    Raises `Missing` for a node that the organisation of that time does not have."""
    tree = await numbers.tree(node, 0)
    owners = await owners_below(numbers, tree, existing_node(tree, node))
    if visible is not None:
        owners = owners.among(visible)
    if of_inactive:
        owners = owners.among(await numbers.inactive_nodes())
    return await numbers.deals(deal_filter, owners, category, after, limit)


async def owners_below(numbers: Numbers, tree: OrgTree, node: str) -> Owners:
    """The owners whose deals count for a node. For the root these are all owners."""
    if node == tree.root:
        return Owners()
    if node == UNASSIGNED:
        return Owners(await numbers.ids_below(None))
    return Owners(await numbers.ids_below(node), excluded=False)
