"""What may happen to the organisation, and why not."""

from datetime import datetime
from itertools import islice
from typing import assert_never

from services.forecast.org.commands import EndNode, ImportNodes, OrgCommand, PlaceNode
from services.forecast.org.events import PARSE, NodeEnded, OrgEvent
from services.forecast.org.node_history import next_move, span_at
from services.forecast.org.node_table import import_nodes
from services.forecast.org.placement import place, said
from services.forecast.org.state import OrgState, evolve
from shared.rules.decider import Decider
from shared.rules.message import Missing, Rejected

ALL = "all"
"""The one stream of this kind."""


def decide(org: OrgState, command: OrgCommand, at: datetime) -> list[OrgEvent]:
    match command:
        case ImportNodes():
            return import_nodes(org, command, at)
        case PlaceNode():
            return place(org, command, at)
        case EndNode():
            return end(org, command, at)
        case _:
            assert_never(command)


def end(org: OrgState, command: EndNode, at: datetime) -> list[OrgEvent]:
    starts = command.starts or at
    if command.node not in org.nodes:
        raise Missing(f"there is no node {command.node}")
    if starts > at:
        raise Rejected("from lies in the future")
    stay = span_at(org.history(command.node), starts)
    if stay is None:
        raise Rejected(f"{command.node} is not there yet at {said(starts)}")
    if not stay.active:
        return []
    must_be_endable(org, command.node, starts)
    return [NodeEnded(node=command.node, starts=starts)]


def must_be_endable(org: OrgState, node: str, starts: datetime) -> None:
    history = org.history(node)
    stay = span_at(history, starts)
    if stay is not None and stay.place.parent is None:
        raise Rejected(f"{node} is the root: it cannot end")
    children = list(islice(org.children(node, starts, next_move(history, starts)), 3))
    if children:
        raise Rejected(f"{node} has children, {', '.join(sorted(children))} among them: move or end them first")


DECIDER: Decider[OrgCommand, OrgState, OrgEvent] = Decider("org", PARSE, OrgState(), decide, evolve)
