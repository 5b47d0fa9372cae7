"""Events and commands of a small company, for the tests of its organisation."""

from datetime import datetime
from typing import Any

from services.forecast.org.commands import ImportNodes, OrgCommand, PlaceNode, TableLine
from services.forecast.org.decider import DECIDER
from services.forecast.org.events import NodeEnded, NodePlaced, OrgEvent
from services.forecast.org.state import OrgState
from shared.rules.sealed import Sealed
from tests.spec import Given


def given(*events: OrgEvent) -> Given[OrgCommand, OrgState, OrgEvent]:
    return Given(DECIDER, events)


def placed(node: str, parent: str | None, starts: datetime | None = None, **changes: Any) -> NodePlaced:
    named = Sealed(value=node.title())
    return NodePlaced.model_validate(
        {"node": node, "parent": parent, "kind": "person", "starts": starts, "name": named} | changes
    )


def moved(node: str, parent: str | None, starts: datetime | None, **changes: Any) -> NodePlaced:
    return placed(node, parent, starts, name=None, **changes)


def ended(node: str, starts: datetime) -> NodeEnded:
    return NodeEnded(node=node, starts=starts)


def place(node: str, parent: str | None, starts: datetime | None = None, **changes: Any) -> PlaceNode:
    fields = {"node": node, "name": node.title(), "kind": "person", "parent": parent, "starts": starts}
    return PlaceNode.model_validate(fields | changes)


def lines(*commands: PlaceNode) -> ImportNodes:
    """The lines of a table from line 2 on: the first has the columns' names."""
    numbered = enumerate(commands, 2)
    return ImportNodes(lines=tuple(TableLine(number, command.placement) for number, command in numbered))
