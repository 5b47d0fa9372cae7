"""What callers may see and change of the forecast who are confined to a part of the organisation: numbers of their node
and of the nodes below it, by today's organisation. What a node's manager makes of it, the node does not see."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.overrides import OverrideRow
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections import org_nodes
from services.forecast.projections.deals import EVERYBODY, Owners
from services.forecast.projections.overrides_below import OverridesBelow
from shared.rules.message import Denied, Missing
from shared.web.call import Call, Needs
from shared.web.place import PlaceRule, Subtree

ReadsBelow = Annotated[Call, Depends(Needs("forecast:read", place=PlaceRule.SUBTREE))]
WritesOwn = Annotated[Call, Depends(Needs("forecast:write", place=PlaceRule.OWN_NODE))]

T = TypeVar("T")


async def visible_node(call: Call, tx: AsyncConnection, node: str | None) -> str | None:
    """The node that is asked for, by default the caller's. Raises `Missing` for one outside, as for one that does not
    exist. Owners without a node are below the root alone."""
    if call.subtree.is_everything or node is None:
        return node or call.subtree.node
    if not call.subtree.includes(node) and not (node == UNASSIGNED and await is_at_root(tx, call.subtree)):
        raise Missing(f"there is no node {node} in the organisation of that time")
    return node


async def is_at_root(tx: AsyncConnection, subtree: Subtree) -> bool:
    return subtree.node in await org_nodes.tops(tx)


async def visible_owners(tx: AsyncConnection, subtree: Subtree) -> frozenset[str] | None:
    """Whose deals may be seen in the subtree; None for everybody's."""
    if subtree.is_everything or await is_at_root(tx, subtree):
        return None
    return subtree.nodes


async def counted_owners(tx: AsyncConnection, subtree: Subtree) -> Owners:
    """The same, for a question about deals."""
    visible = await visible_owners(tx, subtree)
    return EVERYBODY if visible is None else Owners(sorted(visible), excluded=False)


def visible_overrides(below: OverridesBelow, subtree: Subtree) -> OverridesBelow:
    """Without those of managers outside the subtree. How many are of another calendar's period is not known by node."""
    if subtree.is_everything:
        return below
    return below._replace(rows=visible_rows(below.rows, subtree), other=0)


def visible_rows(rows: Sequence[OverrideRow], subtree: Subtree) -> Sequence[OverrideRow]:
    return [row for row in rows if row.by == "self" or subtree.includes(row.under)]


def within(subtree: Subtree, by_node: Mapping[str, T]) -> Mapping[str, T]:
    """Without what belongs to nodes outside the subtree."""
    return (
        by_node if subtree.is_everything else {node: found for node, found in by_node.items() if subtree.includes(node)}
    )


def visible_parked(parked: int, subtree: Subtree) -> int:
    """How many keys are set aside. Whose deals they are is not known: a confined caller learns only that there are
    some, because any of them may change its numbers."""
    return parked if subtree.is_everything else min(parked, 1)


async def must_name_a_node(call: Call, tx: AsyncConnection, node: str | None) -> None:
    """Of a filter. Raises `Missing` for a node that never was, or that lies outside what the caller may see."""
    if node is None or (node == UNASSIGNED and call.subtree.is_everything):
        return
    if not call.subtree.includes(node) or not await org_nodes.exists(tx, node):
        raise Missing(f"there is no node {node}")


def must_be_own_node(call: Call, node: str) -> None:
    """Raises `Missing` for a node outside the caller's part of the organisation, and `Denied` for one below it."""
    must_be_inside(call, node)
    if not call.subtree.is_everything and node != call.subtree.node:
        raise Denied(f"only {node} itself states this, not {call.subtree.node}")


def must_be_inside(call: Call, node: str) -> None:
    if not call.subtree.includes(node):
        raise Missing(f"there is no node {node} in the organisation of that time")
