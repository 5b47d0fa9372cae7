"""The organisation at one instant: who is under whom, and for which nodes an owner's deals count."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind


@dataclass(frozen=True, slots=True)
class OrgNode:
    node: str
    parent: str | None
    kind: NodeKind
    active: bool


OrgNodes = Mapping[str, OrgNode]
"""The nodes by id. They need not be all of the organisation: an answer reads those that it needs."""


def counting_nodes(nodes: OrgNodes, owner: str) -> Iterator[str]:
    """The nodes for which an owner's deals count, from the owner up: the reserved root counts all deals."""
    if owner not in nodes:
        yield UNASSIGNED
    above: str | None = owner
    while above is not None and above in nodes:
        yield above
        above = nodes[above].parent
    yield ROOT


def nearest_counting(
    nodes: OrgNodes, owner: str, counted: Collection[str], found: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    """The first of the counted nodes for which the owner's deals count, and the same for each node passed on the way
    up; None where there is none. `found`: what is known of other nodes already."""
    passed = [owner]
    for node in counting_nodes(nodes, owner):
        if node in counted or node in found:
            return dict.fromkeys(passed, node if node in counted else found[node])
        passed.append(node)
    return dict.fromkeys(passed)


def moved_nodes(before: OrgNodes, after: OrgNodes) -> Iterator[str]:
    """The nodes that have another parent, or are in only one of the two organisations."""
    for node in before.keys() | after.keys():
        if node not in before or node not in after or before[node].parent != after[node].parent:
            yield node


def all_below(nodes: OrgNodes, tops: Collection[str]) -> set[str]:
    """All nodes below these, and these themselves as far as they are nodes."""
    children: dict[str | None, list[str]] = defaultdict(list)
    for node in nodes.values():
        children[node.parent].append(node.node)
    found, level = set[str](), {top for top in tops if top in nodes}
    while level:
        found |= level
        level = {child for node in level for child in children[node]} - found
    return found


@dataclass(frozen=True)
class OrgTree:
    """The nodes under one root, the unassigned among its children.

    The root is a reserved one before there is an organisation, and while an import exchanges the root.
    """

    root: str
    nodes: OrgNodes
    children: Mapping[str, Sequence[str]]

    def totals_key(self, node: str) -> str:
        """The id under which a node's totals are kept. Those of the root are the sum of all deals."""
        return ROOT if node == self.root else node

    def subtree(self, node: str, depth: int | None = None) -> list[str]:
        """The node and so many levels below it (all without a depth), level by level."""
        return list(self.levels(node, depth))

    def levels(self, node: str, depth: int | None = None) -> Mapping[str, int]:
        """The nodes of `subtree`, with how far each is below the first."""
        found, number, level = {node: 0}, 0, [node]
        while level and number != depth:
            number, level = number + 1, [child for each in level for child in self.children.get(each, ())]
            found |= dict.fromkeys(level, number)
        return found


def org_tree(nodes: OrgNodes) -> OrgTree:
    tops = [node.node for node in nodes.values() if node.parent is None]
    root = tops[0] if len(tops) == 1 else ROOT
    placed = dict(nodes) if root != ROOT else under_reserved_root(nodes, tops)
    placed[UNASSIGNED] = OrgNode(UNASSIGNED, root, "unit", active=True)
    return OrgTree(root, placed, children_of(placed))


@dataclass(frozen=True)
class PastOrg:
    """The whole organisation as it was at an instant. `groups`: for each set of nodes that was asked about, the first
    of them for which each owner's deals count."""

    nodes: OrgNodes
    groups: dict[frozenset[str], Mapping[str, str | None]] = field(default_factory=dict)

    @cached_property
    def tree(self) -> OrgTree:
        return org_tree(self.nodes)


def under_reserved_root(nodes: OrgNodes, tops: Sequence[str]) -> dict[str, OrgNode]:
    moved = {node: replace(nodes[node], parent=ROOT) for node in tops}
    return {ROOT: OrgNode(ROOT, None, "unit", active=True), **nodes, **moved}


def children_of(nodes: OrgNodes) -> Mapping[str, Sequence[str]]:
    """The children by parent, sorted by id; the unassigned come last."""
    children: dict[str, list[str]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: (node == UNASSIGNED, node)):
        parent = nodes[node].parent
        if parent is not None:
            children[parent].append(node)
    return children
