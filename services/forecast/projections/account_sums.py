"""Sums of rows that add up to the accounts: of all owners, or by groups of them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import FromClause, Text, case, column, func, literal, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import Bucket, BucketSum, Sums, add_group
from services.forecast.ledger.org_tree import PastOrg, nearest_counting
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.projections.bucket_query import bucket_query, sums_by_key
from services.forecast.projections.deal_filter import DealFilter
from shared.store.plans import hashed_groups
from shared.store.slices import in_slices

GROUPS_AT_ONCE = 50
OWNERS_AT_ONCE = 2_000
MOST_GROUPS = 4
"""Organisations are kept, and what is asked about them changes."""


async def sums_of_all(tx: AsyncConnection, accounts: FromClause, deal_filter: DealFilter, *, undated: bool) -> Sums:
    """The sums of all owners' deals, none of which are a node's own."""
    summed = [accounts.c.amount, accounts.c.deals]
    query = bucket_query(accounts, literal(ROOT), accounts.c.currency, summed, deal_filter, undated=undated)
    query = query.where(days(accounts, deal_filter, undated=undated)).having(any_is_left(summed))
    found = await sums_by_key((row[:6], BucketSum(*row[6:])) for row in await tx.execute(query))
    return found.get(ROOT, {})


async def sums_by_group(
    tx: AsyncConnection,
    accounts: FromClause,
    groups: Mapping[str, str | None],
    deal_filter: DealFilter,
    *,
    undated: bool,
) -> Mapping[str, Sums]:
    """The sums by group of owners, of deals of the period or without a close date. `groups`: the group of each owner,
    named after the one whose deals are its own; None for owners who do not count. All other owners are the unassigned.
    The driver takes long for an array of thousands of names, and not for a text."""
    owners, nodes = ",".join(groups), ",".join(each or "" for each in groups.values())
    names = func.string_to_array(owners, ","), func.string_to_array(nodes, ",", "")
    grouped = func.unnest(*names).table_valued(column("owner", Text), column("node", Text)).render_derived("grouped")
    is_unassigned = grouped.c.owner.is_(None)
    is_own = is_unassigned | (grouped.c.owner == grouped.c.node)
    group = case((is_unassigned, UNASSIGNED), else_=grouped.c.node)
    every = accounts.c.amount, accounts.c.deals
    summed = [*every, *(case((is_own, each), else_=0) for each in every)]
    query = (
        bucket_query(accounts, group, accounts.c.currency, summed, deal_filter, undated=undated)
        .select_from(accounts.outerjoin(grouped, grouped.c.owner == accounts.c.owner))
        .where(days(accounts, deal_filter, undated=undated), is_unassigned | grouped.c.node.is_not(None))
        .having(any_is_left(summed))
    )
    async with hashed_groups(tx):
        found = await tx.execute(query)
    return await sums_by_key((row[:6], BucketSum(*row[6:])) for row in found)


def days(accounts: FromClause, deal_filter: DealFilter, *, undated: bool) -> Any:
    return accounts.c.close_date.is_(None) if undated else deal_filter.in_period(accounts)


def any_is_left(summed: Collection[Any]) -> Any:
    return or_(*(func.sum(each) != 0 for each in summed))


def only_root(nodes: Collection[str]) -> bool:
    """Whether the root is the only node: it counts for all owners in any organisation."""
    return {*nodes} == {ROOT}


async def sums_by_node(
    tx: AsyncConnection,
    accounts: FromClause,
    org: PastOrg,
    nodes: Collection[str],
    deal_filter: DealFilter,
    *,
    undated: bool,
    owners: Collection[str] | None = None,
) -> Mapping[str, Sums]:
    """`accounts`: rows that add up to them. `owners`: all whose rows they are, if these are few."""
    if only_root(nodes):
        return {ROOT: await sums_of_all(tx, accounts, deal_filter, undated=undated)}
    sums: Mapping[str, dict[Bucket, BucketSum]] = {node: {} for node in nodes}
    groups = await (groups_of(org, frozenset(nodes)) if owners is None else groups_among(org, nodes, owners))
    found = await sums_by_group(tx, accounts, groups, deal_filter, undated=undated)
    async for group, group_sums in in_slices(found.items(), GROUPS_AT_ONCE):
        add_group(sums, group, group_sums, org.nodes)
    return sums


async def groups_of(org: PastOrg, nodes: frozenset[str]) -> Mapping[str, str | None]:
    """The first of the nodes that each owner's deals count for."""
    if nodes not in org.groups:
        org.groups[nodes] = await groups_among(org, nodes, org.nodes)
        while len(org.groups) > MOST_GROUPS:
            org.groups.pop(next(iter(org.groups)))
    return org.groups[nodes]


async def groups_among(org: PastOrg, nodes: Collection[str], owners: Collection[str]) -> Mapping[str, str | None]:
    groups = dict[str, str | None]()
    async for owner in in_slices(owners, OWNERS_AT_ONCE):
        if owner in org.nodes and owner not in groups:
            groups |= nearest_counting(org.nodes, owner, nodes, groups)
    return groups
