"""The organisation, replayed from instant to instant: only what changed in between is computed again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.org_tree import OrgNode
from services.forecast.org.node_history import NodeHistory, span_at
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.projections.ledger.org_rows import IN_ORDER, OrgInstant, history
from shared.store.slices import in_slices


@dataclass
class OrgReplay:
    """`nodes`: as they are at the instant that the replay has reached. `waiting`: the nodes that change at each later
    instant, the next one last."""

    histories: Mapping[str, NodeHistory]
    waiting: list[tuple[datetime, str]]
    nodes: dict[str, OrgNode] = field(default_factory=dict)
    children: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))

    def changes(self, after: datetime) -> list[datetime]:
        """The instants at which a node was placed or ended."""
        return [starts for starts, _ in self.waiting if starts > after]

    async def advance_to(self, instant: datetime) -> None:
        """Replays what changes up to the instant. A replay never goes back."""
        due = set[str]()
        while self.waiting and self.waiting[-1][0] <= instant:
            due.add(self.waiting.pop()[1])
        async for node in in_slices(due):
            self.place(node, instant)

    def place(self, node: str, instant: datetime) -> None:
        if node in self.nodes:
            self.children[self.nodes[node].parent].discard(node)
        if span := span_at(self.histories[node], instant):
            self.nodes[node] = OrgNode(node, span.position.parent, span.position.kind, span.active)
            self.children[span.position.parent].add(node)

    def below(self, node: str) -> set[str]:
        """The node and all below it; none for one that does not exist."""
        found, level = set[str](), {node} & self.nodes.keys()
        while level:
            found |= level
            level = {child for each in level for child in self.children.get(each, ())}
        return found


async def org_replay(tx: AsyncConnection, until: datetime, known: KnownPositions) -> OrgReplay:
    """A replay of the changes until an instant. It stands before the first."""
    histories = dict[str, NodeHistory]()
    started = await tx.execute(IN_ORDER.where(OrgInstant(until, known.forecast).is_known))
    async for node, node_rows in in_slices(groupby(started, key=lambda row: row.node)):
        histories[node] = history(node_rows)
    starts = [(row.starts, node) for node, rows in histories.items() for row in rows]
    return OrgReplay(histories, sorted(starts, reverse=True))
