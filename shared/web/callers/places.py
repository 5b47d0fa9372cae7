"""Finds the subtrees of confined callers.

Each service that serves such callers keeps a copy of the organisation as it stands today. A caller's subtree is found
in the database snapshot that the answer is read from, and nothing is served while the copy may be too old.
"""

from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.frontier import Frontier
from shared.web.callers.access import Caller
from shared.web.callers.place import EVERYTHING, Organisation, Subtree
from shared.web.callers.tree_age import LONGEST_AGE, TreeAge
from shared.web.errors.problems import Forbidden, NotFound, Problem
from shared.web.recently_used import RecentlyUsed

MAX_CACHED = 1_000
"""Subtrees."""
STREAM = "org-all"
"""The stream of all events about nodes, and so their key in the log."""
IS_PARKED = text("""
    SELECT EXISTS (SELECT 1 FROM parked WHERE subscription = :subscription AND source = :source AND key = :key)""")


class OrganisationStale(Problem):
    """The copy of the organisation was never read, is parked, or is older than `LONGEST_AGE`."""

    status = 503
    code = "chart_stale"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


@dataclass(frozen=True)
class Places:
    """Finds the subtrees of callers. `subscription`: of the read models."""

    organisation: Organisation
    subscription: str
    age: TreeAge
    known: RecentlyUsed[tuple[str, int, str], frozenset[str]] = field(default_factory=lambda: RecentlyUsed(MAX_CACHED))
    """The nodes below each node, by node and by the source's frontier: as long as that stays, so does the tree."""
    roots: RecentlyUsed[tuple[str, int, str], bool] = field(default_factory=lambda: RecentlyUsed(MAX_CACHED))
    """By the same: whether the node sees everything."""
    parked: RecentlyUsed[tuple[int, str], bool] = field(default_factory=lambda: RecentlyUsed(MAX_CACHED))
    """By the source's frontier, which every parking and release moves: whether a change of the tree is parked."""

    async def subtree(self, tx: AsyncConnection, frontier: Frontier, caller: Caller, *, reads: bool) -> Subtree:
        """`frontier`: of this snapshot. `reads`: whether the request only reads. Raises `OrganisationStale`, and for a
        node that is not in the organisation, or not the key's to act for, `NotFound` or (for a write) `Forbidden`."""
        node = caller.confined_to
        if node is None:
            return EVERYTHING
        await self.must_be_fresh(tx, frontier)
        nodes = await self.nodes_within(tx, frontier, node)
        if not nodes or not await self.may_act_for(tx, frontier, caller, node):
            detail = "the node is not in the organisation today, or it is not the key's to act for"
            raise NotFound(detail) if reads else Forbidden(detail)
        return Subtree(node, None if await self.sees_everything(tx, frontier, node) else nodes)

    async def sees_everything(self, tx: AsyncConnection, frontier: Frontier, node: str) -> bool:
        is_root, source = self.organisation.is_root, self.organisation.source
        if is_root is None:
            return False
        key = node, frontier.positions[source], frontier.transactions[source]
        known = self.roots.get(key)
        if known is None:
            known = await is_root(tx, node)
            self.roots.put(key, known)
        return known

    async def may_act_for(self, tx: AsyncConnection, frontier: Frontier, caller: Caller, node: str) -> bool:
        if caller.node is None or caller.node == node:
            return True
        return node in await self.nodes_within(tx, frontier, caller.node)

    async def must_be_fresh(self, tx: AsyncConnection, frontier: Frontier) -> None:
        """Raises `OrganisationStale`."""
        source = self.organisation.source
        seconds = self.age.seconds()
        if not frontier.positions.get(source) or seconds is None:
            raise OrganisationStale("the organisation was not read yet")
        if seconds > LONGEST_AGE:
            raise OrganisationStale(f"the organisation as it is known here is older than {LONGEST_AGE:g} seconds")
        if await self.is_parked(tx, frontier):
            raise OrganisationStale("a change of the organisation is parked")

    async def is_parked(self, tx: AsyncConnection, frontier: Frontier) -> bool:
        source = self.organisation.source
        key = frontier.positions[source], frontier.transactions[source]
        known = self.parked.get(key)
        if known is None:
            asked = {"subscription": self.subscription, "source": source, "key": STREAM}
            known = bool((await tx.execute(IS_PARKED, asked)).scalar_one())
            self.parked.put(key, known)
        return known

    async def nodes_within(self, tx: AsyncConnection, frontier: Frontier, node: str) -> frozenset[str]:
        source = self.organisation.source
        key = node, frontier.positions[source], frontier.transactions[source]
        nodes = self.known.get(key)
        if nodes is None:
            nodes = frozenset(await self.organisation.within(tx, node))
            self.known.put(key, nodes)
        return nodes
