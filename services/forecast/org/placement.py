"""Where a node may stand: in one tree, at every instant."""

from collections.abc import Iterator
from datetime import datetime

from services.forecast.org.commands import PlaceNode
from services.forecast.org.events import ROOT, UNASSIGNED, NodePlaced, NodeRenamed, OrgEvent
from services.forecast.org.node_history import NodePosition, next_move, next_start, span_at, spans
from services.forecast.org.state import OrgState
from shared.rules.message import BEGINNING, Rejected
from shared.rules.sealed import Sealed, seal


def place(org: OrgState, command: PlaceNode, at: datetime) -> list[OrgEvent]:
    events = place_anywhere(org, command, at)
    for event in events:
        if isinstance(event, NodePlaced) and event.parent is None:
            must_be_the_only_root(org, event)
    return events


def place_anywhere(org: OrgState, command: PlaceNode, at: datetime) -> list[OrgEvent]:
    """Does not ask whether there is another root: an import may exchange it."""
    starts = start_of(org, command, at)
    if starts > at:
        raise Rejected("from lies in the future")
    known = org.nodes.get(command.node)
    name = None if known and is_named(known.name, command) else seal(command.name)
    if stands_so(org, command, starts):
        return [] if name is None else [NodeRenamed(node=command.node, name=name)]
    must_be_placeable(org, command, starts)
    told = None if starts == BEGINNING else starts
    return [NodePlaced(node=command.node, parent=command.parent, kind=command.kind, starts=told, name=name)]


def start_of(org: OrgState, command: PlaceNode, at: datetime) -> datetime:
    """A node's first row holds from the beginning, any other from now on, unless the command says."""
    return command.starts or (at if command.node in org.nodes else BEGINNING)


def is_named(name: Sealed[str] | None, command: PlaceNode) -> bool:
    """What is stored is known by its reference alone; what the same batch wrote, by its value."""
    if name is None:
        return False
    return name.value == command.name if name.ref is None else name.ref == command.same_as


def stands_so(org: OrgState, command: PlaceNode, starts: datetime) -> bool:
    stay = span_at(org.history(command.node), starts)
    return stay is not None and stay.active and stay.place == NodePosition(command.parent, command.kind)


def must_be_placeable(org: OrgState, command: PlaceNode, starts: datetime) -> None:
    if command.node in (ROOT, UNASSIGNED):
        raise Rejected(f"{command.node} is reserved")
    if command.parent is not None:
        history = org.history(command.node)
        must_be_active(org, command.parent, starts, next_start(history, starts))
        must_not_be_below_itself(org, command.node, command.parent, starts, next_move(history, starts))


def must_be_active(org: OrgState, parent: str, starts: datetime, ends: datetime) -> None:
    if parent not in org.nodes:
        raise Rejected(f"there is no node {parent} to stand under")
    found = list(spans(org.history(parent), starts, ends))
    if not found or found[0].starts > starts:
        raise Rejected(f"{parent} is not there yet from {said(starts)} on")
    if ended := [stay.starts for stay in found if not stay.active]:
        raise Rejected(f"{parent} has ended: at {said(ended[0])} it is inactive")


def must_not_be_below_itself(org: OrgState, node: str, parent: str, starts: datetime, ends: datetime) -> None:
    if parent == node or node in org.above(parent, starts, ends):
        raise Rejected(f"a cycle: {parent} stands under {node}")


def must_be_the_only_root(org: OrgState, event: NodePlaced) -> None:
    starts = event.starts or BEGINNING
    for other in other_roots(org, event.node, starts, next_move(org.history(event.node), starts)):
        raise Rejected(f"from {said(starts)} on there is a root already: {other}")


def other_roots(org: OrgState, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
    for other in sorted(org.tops - {node}):
        if any(stay.place.parent is None for stay in spans(org.history(other), starts, ends)):
            yield other


def said(instant: datetime) -> str:
    return "the beginning" if instant == BEGINNING else instant.isoformat()
