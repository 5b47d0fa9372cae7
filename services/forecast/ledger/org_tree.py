"""Who stands under whom at one instant, and which nodes an owner's deals count for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind


@dataclass(frozen=True, slots=True)
class Seat:
    """A node as it stands. `name_ref`: of its name in the vault."""

    node: str
    parent: str | None
    kind: NodeKind
    active: bool
    name_ref: UUID | None


Tree = Mapping[str, Seat]


def chain(tree: Tree, owner: str) -> Iterator[str]:
    """The nodes for which the owner's deals count: itself, those above it, and what stands above all."""
    if owner not in tree:
        yield UNASSIGNED
    above: str | None = owner
    while above is not None and above in tree:
        yield above
        above = tree[above].parent
    yield ROOT


@dataclass(frozen=True)
class Shown:
    """The tree as answers show it: with one root, and the unassigned under it. Before there is an organisation, and
    while an import exchanges the root, a reserved one stands above all."""

    root: str
    seats: Tree
    below: Mapping[str, Sequence[str]]

    def key(self, node: str) -> str:
        """Where the node's totals are kept: the root's are those of all deals."""
        return ROOT if node == self.root else node

    def within(self, node: str, depth: int | None = None) -> list[str]:
        """The node and so many levels below it, or all, from the top down."""
        found, level = [node], [node]
        while level and depth != 0:
            level = [child for each in level for child in self.below.get(each, ())]
            found += level
            depth = depth and depth - 1
        return found


def shown(tree: Tree) -> Shown:
    tops = [seat.node for seat in tree.values() if seat.parent is None]
    root = tops[0] if len(tops) == 1 else ROOT
    seats = dict(tree) if root != ROOT else crowned(tree, tops)
    seats[UNASSIGNED] = Seat(UNASSIGNED, root, "unit", True, None)
    below: dict[str, list[str]] = defaultdict(list)
    for node in sorted(seats, key=lambda node: (node == UNASSIGNED, node)):
        parent = seats[node].parent
        if parent is not None:
            below[parent].append(node)
    return Shown(root, seats, below)


def crowned(tree: Tree, tops: Sequence[str]) -> dict[str, Seat]:
    under = {node: replace(tree[node], parent=ROOT) for node in tops}
    return {ROOT: Seat(ROOT, None, "unit", True, None), **tree, **under}
