"""The organisation as it stands today, worked out from forecast's events.

A node may be placed or ended from an instant in the past on, and never from one in the future: the row that starts last
is today's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.organisation.events import NodeEnded, NodeKind, NodePlaced, OrgEvent
from shared.rules.message import BEGINNING


@dataclass(frozen=True)
class NodePosition:
    """A node without a parent is the root."""

    parent: str | None
    kind: NodeKind


@dataclass(frozen=True, order=True)
class DatedRow:
    """Rows are in the order of their start, and of the log where they start together. Without a position the node is
    inactive, and keeps the position it had."""

    starts: datetime
    log_position: int
    node_position: NodePosition | None = None


@dataclass(frozen=True)
class OrgNode:
    """`active`: False after it has ended."""

    node: str
    parent: str | None
    kind: NodeKind
    active: bool


def dated_row(event: OrgEvent, log_position: int) -> DatedRow:
    match event:
        case NodePlaced():
            return DatedRow(event.starts or BEGINNING, log_position, NodePosition(event.parent, event.kind))
        case NodeEnded():
            return DatedRow(event.starts, log_position)


def node_today(node: str, rows: Iterable[DatedRow]) -> OrgNode:
    """`rows`: all rows of the node. Raises `ValueError` when it was never placed."""
    in_order = sorted(rows)
    *_, position = (row.node_position for row in in_order if row.node_position is not None)
    return OrgNode(node, position.parent, position.kind, active=in_order[-1].node_position is not None)
