"""The rules for a node's place: there is one tree at every instant."""

from collections.abc import Iterator
from datetime import datetime

from services.forecast.org.commands import Placement
from services.forecast.org.events import ROOT, UNASSIGNED, NodePlaced, NodeRenamed, OrgEvent
from services.forecast.org.node_history import NodePosition, next_move, next_start, span_at, spans
from services.forecast.org.state import OrgState
from shared.rules.fields import format_instant
from shared.rules.message import BEGINNING, Rejected
from shared.rules.sealed import Sealed, seal


def place(org: OrgState, placement: Placement, at: datetime) -> list[OrgEvent]:
    events = place_anywhere(org, placement, at)
    for event in events:
        if isinstance(event, NodePlaced) and event.parent is None:
            must_be_the_only_root(org, event)
    return events


def place_anywhere(org: OrgState, placement: Placement, at: datetime) -> list[OrgEvent]:
    """Places the node as `place` does, without the rule that there is one root: a table may exchange it."""
    starts = start_of(org, placement, at)
    if starts > at:
        raise Rejected("from lies in the future")
    node = placement.node
    known = org.nodes.get(node)
    name = None if known and has_name(known.name, placement) else seal(placement.name)
    if has_position(org, placement, starts):
        return [] if name is None else [NodeRenamed(node=node, name=name)]
    must_be_placeable(org, placement, starts)
    dated = None if starts == BEGINNING else starts
    return [NodePlaced(node=node, parent=placement.parent, kind=placement.kind, starts=dated, name=name)]


def start_of(org: OrgState, placement: Placement, at: datetime) -> datetime:
    """A node's first row holds from the beginning and any other from now on, unless the placement has a start."""
    return placement.starts or (at if placement.node in org.nodes else BEGINNING)


def has_name(name: Sealed[str] | None, placement: Placement) -> bool:
    """A stored name is a reference; one that the same decision made is still a value."""
    if name is None:
        return False
    return name.value == placement.name if name.ref is None else name.ref in placement.same_name_refs


def has_position(org: OrgState, placement: Placement, starts: datetime) -> bool:
    span = span_at(org.history(placement.node), starts)
    return span is not None and span.active and span.position == NodePosition(placement.parent, placement.kind)


def must_be_placeable(org: OrgState, placement: Placement, starts: datetime) -> None:
    node, parent = placement.node, placement.parent
    if node in (ROOT, UNASSIGNED):
        raise Rejected(f"{node} is reserved")
    if parent is not None:
        history = org.history(node)
        must_be_active(org, parent, starts, next_start(history, starts))
        must_not_be_below_itself(org, node, parent, starts, next_move(history, starts))


def must_be_active(org: OrgState, parent: str, starts: datetime, ends: datetime) -> None:
    if parent not in org.nodes:
        raise Rejected(f"there is no node {parent} to be the parent")
    found = list(spans(org.history(parent), starts, ends))
    if not found or found[0].starts > starts:
        raise Rejected(f"{parent} does not exist yet, but must from {format_start(starts)} on: give a later `from`")
    if ended := [span.starts for span in found if not span.active]:
        raise Rejected(f"{parent} has ended: it is inactive at {format_start(ended[0])}")


def must_not_be_below_itself(org: OrgState, node: str, parent: str, starts: datetime, ends: datetime) -> None:
    """A node that is new has nothing below it."""
    if parent == node or (node in org.nodes and node in org.above(parent, starts, ends)):
        raise Rejected(f"a cycle: {parent} is below {node}")


def must_be_the_only_root(org: OrgState, event: NodePlaced) -> None:
    starts = event.starts or BEGINNING
    for other in other_roots(org, event.node, starts, next_move(org.history(event.node), starts)):
        raise Rejected(f"from {format_start(starts)} on there is a root already: {other}")


def other_roots(org: OrgState, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
    for other in sorted(org.roots - {node}):
        if any(span.position.parent is None for span in spans(org.history(other), starts, ends)):
            yield other


def format_start(instant: datetime) -> str:
    return "the beginning" if instant == BEGINNING else format_instant(instant)
