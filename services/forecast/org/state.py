"""What is known of the organisation: every node's name and history."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from services.forecast.org.events import NodeEnded, NodePlaced, NodeRenamed, OrgEvent
from services.forecast.org.node_history import NodeHistory, dated_row, spans, with_row
from shared.rules.sealed import Sealed

SHELVES = 256


@dataclass(frozen=True, slots=True)
class Node:
    name: Sealed[str] | None
    history: NodeHistory


NEW = Node(None, ())


class Nodes(Mapping[str, Node]):
    """By id. Adding one copies a 256th: an import makes ten thousand states, and a refused one keeps the first."""

    __slots__ = ("shelves",)

    def __init__(self, shelves: tuple[Mapping[str, Node], ...] = ({},) * SHELVES) -> None:
        self.shelves = shelves

    def __getitem__(self, node: str) -> Node:
        return self.shelves[hash(node) % SHELVES][node]

    def __iter__(self) -> Iterator[str]:
        return (node for shelf in self.shelves for node in shelf)

    def __len__(self) -> int:
        return sum(map(len, self.shelves))

    def added(self, node: str, known: Node) -> "Nodes":
        at = hash(node) % SHELVES
        return Nodes((*self.shelves[:at], {**self.shelves[at], node: known}, *self.shelves[at + 1 :]))


@dataclass(frozen=True, slots=True)
class OrgState:
    """`tops`: nodes that stand, or ever stood, without a parent."""

    nodes: Nodes = field(default_factory=Nodes)
    tops: frozenset[str] = frozenset()

    def history(self, node: str) -> NodeHistory:
        return self.nodes[node].history if node in self.nodes else ()

    def above(self, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
        """Every node that stands above this one at some instant of the span; those nearest first."""
        waiting = [(node, starts, ends)]
        for each, begins, finishes in waiting:
            for stay in spans(self.history(each), begins, finishes):
                if stay.place.parent is not None:
                    yield stay.place.parent
                    waiting.append((stay.place.parent, stay.starts, stay.ends))

    def children(self, node: str, starts: datetime, ends: datetime) -> Iterator[str]:
        """Nodes that are active under this one at some instant of the span."""
        for each, known in self.nodes.items():
            if any(stay.active and stay.place.parent == node for stay in spans(known.history, starts, ends)):
                yield each


def evolve(org: OrgState, event: OrgEvent, at: datetime) -> OrgState:
    known = org.nodes.get(event.node, NEW)
    match event:
        case NodePlaced():
            tops = org.tops if event.parent is not None else org.tops | {event.node}
            node = Node(event.name or known.name, with_row(known.history, dated_row(event)))
            return OrgState(org.nodes.added(event.node, node), tops)
        case NodeRenamed():
            return OrgState(org.nodes.added(event.node, Node(event.name, known.history)), org.tops)
        case NodeEnded():
            ended = Node(known.name, with_row(known.history, dated_row(event)))
            return OrgState(org.nodes.added(event.node, ended), org.tops)
        case _:
            assert_never(event)
