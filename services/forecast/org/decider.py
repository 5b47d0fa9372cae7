"""The rules for the organisation."""

from datetime import datetime
from itertools import islice

from services.forecast.org import commands, events
from services.forecast.org.commands import OrgCommand
from services.forecast.org.events import OrgEvent
from services.forecast.org.node_history import next_move, span_at
from services.forecast.org.node_table import prepared_import
from services.forecast.org.placement import format_start, place
from services.forecast.org.state import OrgState, evolve
from shared.rules.decider import Decider
from shared.rules.message import Missing, Rejected

ALL = "all"
"""The subject of the one stream of this kind."""


def decide(org: OrgState, command: OrgCommand, at: datetime) -> list[OrgEvent]:
    match command:
        case commands.ImportNodes(prepared=prepared) if prepared is not None and prepared.version == org.version:
            return list(prepared.events)
        case commands.ImportNodes():
            return list(prepared_import(org, command.lines, at).events)
        case commands.PlaceNode():
            return place(org, command.placement, at)
        case commands.EndNode():
            return end(org, command, at)


def end(org: OrgState, command: commands.EndNode, at: datetime) -> list[OrgEvent]:
    starts = command.starts or at
    if command.node not in org.nodes:
        raise Missing(f"there is no node {command.node}")
    if starts > at:
        raise Rejected("from lies in the future")
    span = span_at(org.history(command.node), starts)
    if span is None:
        raise Rejected(f"{command.node} does not exist yet at {format_start(starts)}")
    if not span.active:
        return []
    if span.position.parent is None:
        raise Rejected(f"{command.node} is the root: it cannot end")
    must_have_no_children(org, command.node, starts)
    return [events.NodeEnded(node=command.node, starts=starts)]


def must_have_no_children(org: OrgState, node: str, starts: datetime) -> None:
    children = list(islice(org.children(node, starts, next_move(org.history(node), starts)), 3))
    if children:
        raise Rejected(f"{node} has children, {', '.join(sorted(children))} among them: move or end them first")


DECIDER: Decider[OrgCommand, OrgState, OrgEvent] = Decider("org", events.PARSE, OrgState(), decide, evolve)
