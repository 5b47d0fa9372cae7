"""Past sums of deals, from the nearest sums that are kept."""

from asyncio import sleep
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Sums, difference, total
from services.forecast.ledger.org_tree import PastOrg, all_below, moved_nodes
from services.forecast.projections.account_sums import only_root, sums_by_node
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger import node_totals
from services.forecast.projections.ledger.org_rows import OrgInstant
from services.forecast.projections.ledger.postings import postings
from services.forecast.projections.past import opening_balances, opening_totals, openings
from services.forecast.projections.past.openings import Opening
from services.forecast.projections.past.past_deals import Cut
from services.forecast.projections.past.past_orgs import RowsUntil, past_org, rows_at
from shared.store.ownership import PLAN_EACH

MOST_MOVED = 1_000
"""The limit above which all balances are hardly more rows than those of the owners who moved since an opening."""


class OrgChanges(NamedTuple):
    """The changes of the organisation since an opening, from `then` to `org`. `moved`: the owners who count for other
    nodes."""

    opening: Opening
    then: PastOrg
    org: PastOrg
    moved: Collection[str]


@dataclass(frozen=True)
class PastSums:
    """The sums of the deals at a cut, under the organisation of an instant. `rows`: the rows of the organisation that
    count then. `moved`: by the openings that were used, the owners who count for other nodes than then."""

    tx: AsyncConnection
    cut: Cut
    instant: OrgInstant
    rows: RowsUntil
    moved: dict[datetime, Collection[str]] = field(default_factory=dict)

    async def past_org(self) -> PastOrg:
        return await past_org(self.tx, self.instant, self.rows)

    async def by_node(
        self, nodes: Collection[str], org: PastOrg, deal_filter: DealFilter, *, undated: bool, from_today: bool
    ) -> Mapping[str, Sums]:
        """The sums from the nearest opening or, with none between, from today's totals. `from_today`: these count for
        the same owners."""
        first_day = None if undated else deal_filter.period.starts
        opening = await openings.nearest(self.tx, self.cut, first_day)
        is_lately = opening is None or (opening.is_last and opening.starts <= self.cut.as_of)
        if from_today and deal_filter.has_begun and is_lately:
            return await self.back_from_now(nodes, org, deal_filter, undated=undated)
        found, rest = dict[str, Sums](), {*nodes}
        if opening is not None and (large := rest & {*opening.nodes}):
            then = org if only_root(large) else await self.org_of(opening, org)
            moved = await self.moved_since(opening, then, org)
            if len(moved) <= MOST_MOVED:
                changes = OrgChanges(opening, then, org, moved)
                found |= await self.sums_since(changes, large, deal_filter, undated=undated)
                rest -= large
        if rest:
            accounts = opening_balances.accounts_of(self.cut, opening)
            found |= await sums_by_node(self.tx, accounts, org, rest, deal_filter, undated=undated)
        return found

    async def org_of(self, opening: Opening, org: PastOrg) -> PastOrg:
        """The organisation under which its totals are: `org`, where that has not changed since."""
        rows = await rows_at(self.tx, opening.org)
        return org if rows == self.rows else await past_org(self.tx, opening.org, rows)

    async def moved_since(self, opening: Opening, then: PastOrg, org: PastOrg) -> Collection[str]:
        if then is org:
            return ()
        if opening.starts not in self.moved:
            self.moved[opening.starts] = await counting_elsewhere(then, org)
        return self.moved[opening.starts]

    async def sums_since(
        self, changes: OrgChanges, nodes: Collection[str], deal_filter: DealFilter, *, undated: bool
    ) -> Mapping[str, Sums]:
        """The totals of an opening, with what was posted from then on; and with the balances of owners who have moved
        where they count now. `nodes`: with such totals."""
        opening, then, org, moved = changes
        before = await opening_totals.sums_by_node(self.tx, opening.starts, nodes, deal_filter, undated=undated)
        changed: Select[Any] | CompoundSelect[Any] = opening_balances.changes_from(opening, self.cut)
        if moved:
            await self.tx.execute(PLAN_EACH)
            changed = union_all(changed, opening_balances.balances_of(opening.starts, moved))
        accounts = changed.subquery("accounts")
        found = total(before, await sums_by_node(self.tx, accounts, org, nodes, deal_filter, undated=undated))
        if moved:
            left = opening_balances.balances_of(opening.starts, moved).subquery("accounts")
            gone = await sums_by_node(self.tx, left, then, nodes, deal_filter, undated=undated, owners=moved)
            found = {node: difference(found[node], gone[node]) for node in nodes}
        return found

    async def back_from_now(
        self, nodes: Collection[str], org: PastOrg, deal_filter: DealFilter, *, undated: bool
    ) -> Mapping[str, Sums]:
        """Today's totals without what came later."""
        since = select(postings).where(self.cut.opposite(postings)).subquery("since")
        present = await node_totals.sums_by_node(self.tx, nodes, deal_filter, undated=undated)
        later = await sums_by_node(self.tx, since, org, nodes, deal_filter, undated=undated)
        return {node: difference(present.get(node, {}), later[node]) for node in nodes}


async def counting_elsewhere(before: PastOrg, after: PastOrg) -> set[str]:
    """Owners whose deals count for other nodes in one organisation than in the other: those with another parent, those
    who are in one alone, and all below these."""
    moved, found = set(moved_nodes(before.nodes, after.nodes)), set[str]()
    for org in (before, after):
        await sleep(0)
        found |= all_below(org.nodes, moved)
    return found
