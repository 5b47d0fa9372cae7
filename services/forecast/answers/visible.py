"""The part of the numbers that a confined caller sees. What a node's manager makes of it, the node does not see."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.overrides import OverrideRow
from services.forecast.projections.ledger import org_nodes
from services.forecast.projections.ledger.deals import EVERYBODY, Owners
from services.forecast.projections.overrides_below import OverridesBelow
from shared.web.callers.place import Subtree

T = TypeVar("T")


async def is_at_root(tx: AsyncConnection, subtree: Subtree) -> bool:
    return subtree.node in await org_nodes.roots(tx)


async def visible_owners(tx: AsyncConnection, subtree: Subtree) -> frozenset[str] | None:
    """The owners whose deals may be seen in the subtree; None for all owners."""
    if subtree.is_everything or await is_at_root(tx, subtree):
        return None
    return subtree.nodes


async def counted_owners(tx: AsyncConnection, subtree: Subtree) -> Owners:
    """The same owners, for a question about deals."""
    visible = await visible_owners(tx, subtree)
    return EVERYBODY if visible is None else Owners(tuple(visible), excluded=False)


def visible_overrides(below: OverridesBelow, subtree: Subtree) -> OverridesBelow:
    """The overrides without those of managers outside the subtree. `other` is 0: for overrides of another calendar's
    period the node is not known."""
    if subtree.is_everything:
        return below
    return below._replace(rows=visible_rows(below.rows, subtree), other=0)


def visible_rows(rows: Sequence[OverrideRow], subtree: Subtree) -> Sequence[OverrideRow]:
    return [row for row in rows if row.by == "self" or subtree.includes(row.under)]


def within(subtree: Subtree, by_node: Mapping[str, T]) -> Mapping[str, T]:
    """The entries of nodes inside the subtree."""
    return (
        by_node if subtree.is_everything else {node: found for node, found in by_node.items() if subtree.includes(node)}
    )


def visible_parked(parked: int, subtree: Subtree) -> int:
    """The number of parked keys. It is not known whose deals they are: a confined caller learns only that there are
    some, because any of them may change its numbers."""
    return parked if subtree.is_everything else min(parked, 1)
