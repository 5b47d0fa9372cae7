"""The places that an answer's numbers are read from, and the choice of the one that fits a question."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Sums
from services.forecast.ledger.org_tree import OrgNodes, OrgTree, PastOrg, org_tree
from services.forecast.projections.account_sums import only_root, sums_by_node
from services.forecast.projections.deal_filter import DealFilter, PageKey
from services.forecast.projections.known_positions import EVERYTHING, KnownPositions
from services.forecast.projections.ledger import currencies, deals, node_totals, org_nodes, org_rows, postings
from services.forecast.projections.ledger.deals import EVERYBODY, Owners
from services.forecast.projections.ledger.org_rows import OrgInstant
from services.forecast.projections.past import past_deals, past_orgs
from services.forecast.projections.past.past_deals import Cut
from services.forecast.projections.past.past_sums import PastSums


class Numbers(Protocol):
    """The organisation, sums of deals, and deals, all of one moment."""

    async def tree(self, node: str | None, depth: int) -> OrgTree:
        """The node (by default the root) and so many levels below it, with the root. The tree may have more nodes."""

    async def ancestors(self, owners: Collection[str]) -> OrgNodes:
        """The owners that are nodes, and all nodes above them. There may be more."""

    async def ids_below(self, node: str | None) -> Sequence[str]:
        """The node and all below it; all nodes without one."""

    async def inactive_nodes(self) -> Sequence[str]:
        """The nodes that have ended."""

    async def sums(
        self, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool = False
    ) -> Mapping[str, Sums]:
        """The sums by node of the deals that close in the period, or of those without a close date."""

    async def unmapped_by_owner(self, deal_filter: DealFilter) -> Mapping[str, int]:
        """The number of open deals in stages without a forecast category, by owner."""

    async def deals(
        self, deal_filter: DealFilter, owners: Owners, category: str | None, after: PageKey | None, limit: int
    ) -> list[dict[str, Any]]:
        """Deals that count in the period, by close date, one more than `limit`."""

    async def currencies(self, owners: Owners) -> Sequence[str]:
        """The currencies of these owners' deals, sorted."""


async def past_numbers(tx: AsyncConnection, cut: Cut, org_as_of: datetime, known: KnownPositions) -> Numbers:
    """Deals as they were, under the organisation of an instant."""
    if await postings.last_position(tx) <= cut.position:
        cut = cut.of_all_events()
    instant = OrgInstant(org_as_of, known.forecast)
    rows = await past_orgs.rows_at(tx, instant)
    past_sums = PastSums(tx, cut, instant, rows)
    if rows == await past_orgs.all_rows(tx):
        return PastNumbersOfToday(tx, cut, past_sums)
    return PastNumbers(tx, await past_sums.past_org(), cut, past_sums)


async def numbers_at(tx: AsyncConnection, org_as_of: datetime) -> Numbers:
    """Deals as they are now, under the organisation of that instant."""
    if await org_rows.last_start(tx) <= org_as_of:
        return CurrentNumbers(tx)
    instant = OrgInstant(org_as_of, EVERYTHING.forecast)
    return PastOrgNumbers(tx, await past_orgs.past_org(tx, instant, await past_orgs.rows_at(tx, instant)))


@dataclass(frozen=True)
class CurrentNumbers:
    """Numbers from the totals that are kept under today's organisation."""

    tx: AsyncConnection

    async def tree(self, node: str | None, depth: int) -> OrgTree:
        roots = await org_nodes.roots(self.tx)
        return org_tree({**roots, **await org_nodes.downwards(self.tx, [node] if node else roots, depth)})

    async def ancestors(self, owners: Collection[str]) -> OrgNodes:
        return await org_nodes.upwards(self.tx, owners) if owners else {}

    async def ids_below(self, node: str | None) -> Sequence[str]:
        return await (org_nodes.ids_below(self.tx, node) if node else org_nodes.all_ids(self.tx))

    async def inactive_nodes(self) -> Sequence[str]:
        return await org_nodes.inactive(self.tx)

    async def sums(
        self, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool = False
    ) -> Mapping[str, Sums]:
        return await node_totals.sums_by_node(self.tx, nodes, deal_filter, undated=undated)

    async def unmapped_by_owner(self, deal_filter: DealFilter) -> Mapping[str, int]:
        return await deals.unmapped_by_owner(self.tx, deal_filter)

    async def deals(
        self, deal_filter: DealFilter, owners: Owners, category: str | None, after: PageKey | None, limit: int
    ) -> list[dict[str, Any]]:
        return await deals.find(self.tx, deal_filter, owners, category, after, limit)

    async def currencies(self, owners: Owners) -> Sequence[str]:
        if owners == EVERYBODY:
            return await currencies.all_currencies(self.tx)
        return await deals.currencies_of(self.tx, owners)


@dataclass(frozen=True)
class PastOrgNumbers(CurrentNumbers):
    """Sums from postings under the organisation of an earlier instant."""

    org: PastOrg

    async def tree(self, node: str | None, depth: int) -> OrgTree:
        return self.org.tree

    async def ancestors(self, owners: Collection[str]) -> OrgNodes:
        return self.org.nodes

    async def ids_below(self, node: str | None) -> Sequence[str]:
        return self.org.tree.subtree(node) if node else list(self.org.nodes)

    async def inactive_nodes(self) -> Sequence[str]:
        return [node.node for node in self.org.nodes.values() if not node.active]

    async def sums(
        self, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool = False
    ) -> Mapping[str, Sums]:
        return await sums_by_node(self.tx, postings.postings, self.org, nodes, deal_filter, undated=undated)


@dataclass(frozen=True)
class PastDeals:
    """Deals from postings and states, as far as they had happened and were known."""

    tx: AsyncConnection
    cut: Cut
    past_sums: PastSums

    async def unmapped_by_owner(self, deal_filter: DealFilter) -> Mapping[str, int]:
        return await past_deals.unmapped_by_owner(self.tx, self.cut, deal_filter)

    async def deals(
        self, deal_filter: DealFilter, owners: Owners, category: str | None, after: PageKey | None, limit: int
    ) -> list[dict[str, Any]]:
        return await past_deals.find(self.tx, self.cut, deal_filter, owners, category, after, limit)

    async def currencies(self, owners: Owners) -> Sequence[str]:
        return await past_deals.all_currencies(self.tx, self.cut, owners)


@dataclass(frozen=True)
class PastNumbersOfToday(PastDeals, CurrentNumbers):
    """Past deals under an organisation that has not changed since."""

    async def sums(
        self, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool = False
    ) -> Mapping[str, Sums]:
        org = PastOrg({}) if only_root(nodes) else await self.past_sums.past_org()
        return await self.past_sums.by_node(nodes, org, deal_filter, undated=undated, from_today=True)


@dataclass(frozen=True)
class PastNumbers(PastDeals, PastOrgNumbers):
    """Past deals under another organisation than today's."""

    async def sums(
        self, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool = False
    ) -> Mapping[str, Sums]:
        return await self.past_sums.by_node(nodes, self.org, deal_filter, undated=undated, from_today=only_root(nodes))
