"""The nodes that a confined caller may read and change: its own and those below it, by today's organisation."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.visible import is_at_root
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections.ledger import org_nodes
from shared.rules.message import Denied, Missing
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

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


async def must_name_a_node(call: Call, tx: AsyncConnection, node: str | None) -> None:
    """Raises `Missing` for a filter's node that never was, or that lies outside what the caller may see."""
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
