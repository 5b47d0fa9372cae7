"""What has happened to the organisation. Stored for ever: add, never change."""

from typing import ClassVar, Literal

from shared.rules.message import Event, Instant, Parser, Slug, parser
from shared.rules.sealed import Sealed

NodeKind = Literal["person", "unit"]
ROOT, UNASSIGNED = "_root", "_unassigned"
"""Reserved ids: what stands above all nodes, and the unit under it for owners who are no nodes."""


class NodeEvent(Event):
    """`node`: its id. Its name is in the vault, under a subject of its own."""

    node: Slug

    def vault_subject(self, stream: str) -> str:
        return f"node-{self.node}"


class NodePlaced(NodeEvent):
    """From `starts` on (none: from the beginning) the node stands there, until its next row. Without a parent it is
    the root. `name`: when it is new, or changed too."""

    type: ClassVar[str] = "org.node_placed"
    parent: Slug | None
    kind: NodeKind
    starts: Instant | None
    name: Sealed[str] | None


class NodeRenamed(NodeEvent):
    """A name is a label, without a date: it changes no number."""

    type: ClassVar[str] = "org.node_renamed"
    name: Sealed[str]


class NodeEnded(NodeEvent):
    """From `starts` on it is inactive, and stays where it stood last."""

    type: ClassVar[str] = "org.node_ended"
    starts: Instant


OrgEvent = NodePlaced | NodeRenamed | NodeEnded
PARSE: Parser[OrgEvent] = parser(OrgEvent)
