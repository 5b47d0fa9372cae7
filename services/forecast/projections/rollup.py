"""Which chart a question is answered under, and what its nodes' deals add up to there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Sums, folded, own_open_deals, with_own
from services.forecast.ledger.org_tree import Shown, Tree, chain, shown
from services.forecast.ledger.warnings import Aside
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.projections import org_nodes, sums
from services.forecast.projections.sums import Wanted
from shared.rules.message import Missing


@dataclass(frozen=True)
class Question:
    """`then`: the whole chart at the period's end, when a row started later; without it today's counts."""

    tx: AsyncConnection
    wanted: Wanted
    then: Tree | None

    async def tree(self, node: str | None, depth: int) -> Tree:
        """As far down as asked, and the top."""
        if self.then is not None:
            return self.then
        tops = await org_nodes.tops(self.tx)
        return {**tops, **await org_nodes.downwards(self.tx, [node] if node else tops, depth)}

    async def above(self, owners: Collection[str]) -> Tree:
        """These owners, as far as they are nodes, and all above them."""
        if not owners:
            return {}
        return self.then if self.then is not None else await org_nodes.upwards(self.tx, owners)

    async def sums(self, keys: Collection[str], *, undated: bool = False) -> Mapping[str, Sums]:
        if self.then is None:
            return await sums.of_nodes(self.tx, keys, self.wanted, undated=undated)
        return folded(await sums.of_owners(self.tx, self.wanted, undated=undated), self.then, keys)


async def question(tx: AsyncConnection, wanted: Wanted) -> Question:
    """A period that ended before the last change of the organisation keeps the chart of its end."""
    end = wanted.period.last_instant
    return Question(tx, wanted, await org_nodes.tree_at(tx, end) if await org_nodes.last_start(tx) > end else None)


@dataclass(frozen=True)
class Rollup:
    """`sums`: of the node asked for and of those below it. `all`: its own again, with deals that are in no period;
    `unassigned`: what owners who are no nodes have of that."""

    tree: Shown
    node: str
    sums: Mapping[str, Sums]
    all: Sums
    unassigned: Sums
    aside: Aside


async def roll_up(asked: Question, node: str | None, depth: int) -> Rollup:
    """Raises `Missing` for a node that the chart does not have."""
    tree = shown(await asked.tree(node, depth))
    node = seated(tree, node)
    key = tree.key(node)
    inactive = await inactive_below(asked, key)
    within = tree.within(node, depth)
    due = await asked.sums({key, UNASSIGNED, *within, *inactive})
    undated = await asked.sums({key, UNASSIGNED, *inactive}, undated=True)
    everything = {each: {**due.get(each, {}), **undated.get(each, {})} for each in (key, UNASSIGNED, *inactive)}
    return Rollup(
        tree,
        node,
        {each: with_own(due.get(tree.key(each), {}), due.get(each, {})) for each in within},
        everything[key],
        everything[UNASSIGNED] if node in (tree.root, UNASSIGNED) else {},
        Aside(await unmapped_below(asked, key), sum(own_open_deals(everything[each]) for each in inactive)),
    )


def seated(tree: Shown, node: str | None) -> str:
    """The node asked for; by default the root."""
    chosen = tree.root if node in (None, ROOT) else node
    if chosen not in tree.seats:
        raise Missing(f"there is no node {chosen} in the chart of that time")
    return chosen


async def inactive_below(asked: Question, key: str) -> list[str]:
    ended = await org_nodes.inactive(asked.tx) if asked.then is None else inactive_in(asked.then)
    tree = await asked.above(ended)
    return [node for node in ended if key in chain(tree, node)]


def inactive_in(tree: Tree) -> list[str]:
    return [seat.node for seat in tree.values() if not seat.active]


async def unmapped_below(asked: Question, key: str) -> int:
    counts = await sums.unmapped(asked.tx, asked.wanted)
    tree = await asked.above(counts.keys())
    return sum(count for owner, count in counts.items() if key in chain(tree, owner))
