"""The effect of moved nodes on the totals above them: every old ancestor loses the node's totals, every new one gains
them.

This is kept as shares, not as sums: "so many times the totals that `source` had before the batch are added to
`target`". The database multiplies, in one statement, however many rows a source has.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from services.forecast.ledger.org_tree import OrgNode, counting_nodes
from services.forecast.org.events import UNASSIGNED

Shares = Mapping[str, int]
"""The shares by source."""


@dataclass(frozen=True, slots=True)
class TotalsShare:
    """`share`: how often the source's totals are added to the target's; `own`: how often to the target's own part. The
    totals of a new node are what its owner's deals add up to."""

    source: str
    target: str
    share: int
    own: int


@dataclass
class MovedTotals:
    """`nodes` is the tree, and follows the moves. `owners`: of the batch's nodes, those who have deals. The deals of an
    owner without a node count for the unassigned."""

    nodes: dict[str, OrgNode]
    owners: Collection[str]
    new: set[str] = field(default_factory=set)
    gained: dict[str, dict[str, int]] = field(default_factory=dict)

    def place(self, node: OrgNode) -> None:
        before = self.nodes.get(node.node)
        if before is not None and before.parent == node.parent:
            self.nodes[node.node] = node
            return
        old_ancestors = list(self.ancestors(node.node))
        if before is None:
            self.add_new(node.node)
        moved = self.totals_of(node.node)
        self.nodes[node.node] = node
        if moved:
            for ancestor in old_ancestors:
                self.add_shares(ancestor, moved, -1)
            for ancestor in self.ancestors(node.node):
                self.add_shares(ancestor, moved, 1)

    def add_new(self, node: str) -> None:
        self.new.add(node)
        if node in self.owners:
            self.add_shares(node, {node: 1}, 1)

    def ancestors(self, node: str) -> Iterator[str]:
        return (each for each in counting_nodes(self.nodes, node) if each != node)

    def totals_of(self, node: str) -> Shares:
        """The totals that the node had before the batch, and those that it has gained in it."""
        gained = dict(self.gained.get(node, {}))
        if node not in self.new:
            gained[node] = gained.get(node, 0) + 1
        return gained

    def add_shares(self, node: str, shares: Shares, sign: int) -> None:
        gained = self.gained.setdefault(node, {})
        for source, share in shares.items():
            gained[source] = gained.get(source, 0) + sign * share

    def shares(self) -> Iterator[TotalsShare]:
        for target, gained in self.gained.items():
            for source, share in gained.items():
                own = self.own_share(source, target)
                if share or own:
                    yield TotalsShare(source, target, share, own)

    def own_share(self, source: str, target: str) -> int:
        """A new node takes its owner's deals from the unassigned."""
        if source not in self.new:
            return 0
        return {source: 1, UNASSIGNED: -1}.get(target, 0)
