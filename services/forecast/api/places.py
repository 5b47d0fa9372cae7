"""What callers may see and change of the forecast who are confined to a part of the organisation: numbers of their node
and of the nodes below it, by today's organisation. What a node's manager makes of it, the node does not see."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import UNASSIGNED
from services.forecast.projections import org_nodes
from services.forecast.projections.overrides_below import OverridesBelow
from shared.rules.message import Denied, Missing
from shared.web.call import Call, Needs
from shared.web.place import PlaceRule, Subtree

ReadsBelow = Annotated[Call, Depends(Needs("forecast:read", place=PlaceRule.SUBTREE))]
WritesOwn = Annotated[Call, Depends(Needs("forecast:write", place=PlaceRule.OWN_NODE))]


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


async def visible_owners(call: Call, tx: AsyncConnection) -> frozenset[str] | None:
    """Whose deals the caller may see; None for everybody's."""
    if call.subtree.is_everything or await is_at_root(tx, call.subtree):
        return None
    return call.subtree.nodes


def visible_overrides(below: OverridesBelow, subtree: Subtree) -> OverridesBelow:
    """Without those of managers outside the subtree. How many are of another calendar's period is not known by node."""
    if subtree.is_everything:
        return below
    rows = [row for row in below.rows if row.by == "self" or subtree.includes(row.under)]
    return below._replace(rows=rows, other=0)


def must_be_own_node(call: Call, node: str) -> None:
    """Raises `Missing` for a node outside the caller's part of the organisation, and `Denied` for one below it."""
    must_be_inside(call, node)
    if not call.subtree.is_everything and node != call.subtree.node:
        raise Denied(f"only {node} itself states this, not {call.subtree.node}")


def must_be_inside(call: Call, node: str) -> None:
    if not call.subtree.includes(node):
        raise Missing(f"there is no node {node} in the organisation of that time")
