"""Events of the organisation, stored for ever: add, never change."""

from typing import ClassVar, Literal

from shared.rules.fields import Instant, Slug
from shared.rules.message import Event, Parser, parser
from shared.rules.sealed import Sealed

NodeKind = Literal["person", "unit"]
ROOT, UNASSIGNED = "_root", "_unassigned"
"""Reserved ids: the sum of all deals, and the unit under the root for owners who have no node."""


class NodeEvent(Event):
    """`node`: its id. Its name is in the vault, under a subject of its own."""

    node: Slug

    def vault_subject(self, stream: str) -> str:
        return vault_subject(self.node)


class NodePlaced(NodeEvent):
    """The node has this position from `starts` on (null: from the beginning), until its next row. A node without a
    parent is the root. `name` is set when the node is new or the name changed too."""

    type: ClassVar[str] = "org.node_placed"
    parent: Slug | None
    kind: NodeKind
    starts: Instant | None
    name: Sealed[str] | None


class NodeRenamed(NodeEvent):
    """A name has no date, because it changes no number."""

    type: ClassVar[str] = "org.node_renamed"
    name: Sealed[str]


class NodeEnded(NodeEvent):
    """The node is inactive from `starts` on, and keeps its last position."""

    type: ClassVar[str] = "org.node_ended"
    starts: Instant


def vault_subject(node: str) -> str:
    return f"node-{node}"


OrgEvent = NodePlaced | NodeRenamed | NodeEnded
PARSE: Parser[OrgEvent] = parser(OrgEvent)
