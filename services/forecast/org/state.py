"""The organisation after its events: every node's name and dated rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.forecast.org.events import NodeEnded, NodePlaced, NodeRenamed, OrgEvent
from services.forecast.org.node_history import NodeHistory, dated_row, spans, with_row
from shared.rules.sealed import Sealed

SHARDS = 256


class NodeState(NamedTuple):
    name: Sealed[str] | None
    history: NodeHistory


NEW = NodeState(None, ())


class ShardedNodes(Mapping[str, NodeState]):
    """An immutable mapping. Adding a node copies one of 256 dictionaries, and the states before it stay."""

    __slots__ = ("shards",)

    def __init__(self, shards: Sequence[Mapping[str, NodeState]] = ({},) * SHARDS) -> None:
        self.shards = shards

    def __getitem__(self, node: str) -> NodeState:
        return self.shards[hash(node) % SHARDS][node]

    def __contains__(self, node: object) -> bool:
        return node in self.shards[hash(node) % SHARDS]

    def __iter__(self) -> Iterator[str]:
        return (node for shard in self.shards for node in shard)

    def __len__(self) -> int:
        return sum(map(len, self.shards))

    def with_node(self, node: str, state: NodeState) -> "ShardedNodes":
        number, shards = hash(node) % SHARDS, list(self.shards)
        shards[number] = {**shards[number], node: state}
        return ShardedNodes(shards)


class DraftNodes(dict[str, NodeState]):
    """Mutable, for one table of nodes that is tried out: adding a node copies nothing."""

    def with_node(self, node: str, state: NodeState) -> "DraftNodes":
        self[node] = state
        return self


Nodes = ShardedNodes | DraftNodes


@dataclass(frozen=True, slots=True)
class OrgState:
    """`roots`: nodes that are, or ever were, without a parent. `version`: how many events led to this state."""

    nodes: Nodes = field(default_factory=ShardedNodes)
    roots: frozenset[str] = frozenset()
    version: int = 0

    def history(self, node: str) -> NodeHistory:
        return self.nodes[node].history if node in self.nodes else ()

    def above(self, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
        """Every node that is above this one at some instant of the span; the nearest first."""
        waiting = [(node, starts, ends)]
        for each, begins, finishes in waiting:
            for span in spans(self.history(each), begins, finishes):
                if span.position.parent is not None:
                    yield span.position.parent
                    waiting.append((span.position.parent, span.starts, span.ends))

    def children(self, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
        """Nodes that are active under this one at some instant of the span."""
        for each in self.nodes:
            history = self.nodes[each].history
            if any(span.active and span.position.parent == node for span in spans(history, starts, ends)):
                yield each


def evolve(org: OrgState, event: OrgEvent, at: datetime) -> OrgState:
    is_root = isinstance(event, NodePlaced) and event.parent is None
    roots = org.roots | {event.node} if is_root else org.roots
    node = node_after(org.nodes.get(event.node, NEW), event)
    return OrgState(org.nodes.with_node(event.node, node), roots, org.version + 1)


def node_after(node: NodeState, event: OrgEvent) -> NodeState:
    match event:
        case NodePlaced():
            return NodeState(event.name or node.name, with_row(node.history, dated_row(event)))
        case NodeRenamed():
            return NodeState(event.name, node.history)
        case NodeEnded():
            return NodeState(node.name, with_row(node.history, dated_row(event)))
