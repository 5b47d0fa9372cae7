"""The events of forecast that place people and units in the organisation."""

from typing import ClassVar, Literal

from shared.rules.fields import Instant
from shared.rules.message import UpstreamEvent

NodeKind = Literal["person", "unit"]


class NodePlaced(UpstreamEvent):
    """`starts`: None means from the beginning."""

    type: ClassVar[str] = "org.node_placed"
    node: str
    parent: str | None
    kind: NodeKind
    starts: Instant | None


class NodeEnded(UpstreamEvent):
    type: ClassVar[str] = "org.node_ended"
    node: str
    starts: Instant


OrgEvent = NodePlaced | NodeEnded
