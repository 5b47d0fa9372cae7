"""Today's organisation: each node after its last dated row."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Boolean, Column, Index, Named, Table, Text, TypedColumns, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.org_tree import OrgNode, OrgNodes
from services.forecast.projections.ledger.metadata import ledger_tables
from shared.store.rows import rows, upsert
from shared.store.slices import in_slices


class OrgNodeColumns(TypedColumns):
    node: Named[str] = Column(Text, primary_key=True)
    parent: Named[str | None] = Column(Text, index=True)
    kind: Named[str] = Column(Text)
    active: Named[bool] = Column(Boolean)


org_nodes = Table("seats", ledger_tables, OrgNodeColumns)
Index("seats_inactive", org_nodes.c.node, postgresql_where=org_nodes.c.active.is_(False))
UPSERT = upsert(org_nodes)
ALL = text("SELECT node, parent, kind, active FROM seats")
TOPS = text("SELECT node, parent, kind, active FROM seats WHERE parent IS NULL")
ONE = text("SELECT node, parent, kind, active FROM seats WHERE node = :node")
INACTIVE = text("SELECT node FROM seats WHERE active IS FALSE")
UPWARDS = text("""
    WITH RECURSIVE upwards AS (
        SELECT * FROM seats WHERE node = ANY(:nodes)
        UNION SELECT seats.* FROM upwards JOIN seats ON seats.node = upwards.parent)
    SELECT node, parent, kind, active FROM upwards""")
DOWNWARDS = text("""
    WITH RECURSIVE downwards AS (
        SELECT seats.*, 0 AS level FROM seats WHERE node = ANY(:nodes)
        UNION ALL
        SELECT seats.*, level + 1 FROM downwards JOIN seats ON seats.parent = downwards.node WHERE level < :depth)
    SELECT node, parent, kind, active FROM downwards""")
BELOW = text("""
    WITH RECURSIVE below AS (
        SELECT node FROM seats WHERE node = :node
        UNION ALL SELECT seats.node FROM below JOIN seats ON seats.parent = below.node)
    SELECT node FROM below""")
WITHIN = text("""
    WITH RECURSIVE within AS (
        SELECT node FROM seats WHERE node = :node AND active IS NOT FALSE
        UNION SELECT seats.node FROM within JOIN seats ON seats.parent = within.node)
    SELECT node FROM within""")
ROWS_AT_ONCE = 2_000
IDS = select(org_nodes.c.node).order_by(org_nodes.c.node)


async def update(tx: AsyncConnection, nodes: Iterable[OrgNode]) -> None:
    await tx.execute(UPSERT, rows(list(nodes)))


async def read(tx: AsyncConnection, query: Any, **parameters: Any) -> dict[str, OrgNode]:
    found = in_slices(await tx.execute(query, parameters), ROWS_AT_ONCE)
    return {row[0]: OrgNode(*row) async for row in found}


async def all_nodes(tx: AsyncConnection) -> dict[str, OrgNode]:
    return await read(tx, ALL)


async def exists(tx: AsyncConnection, node: str) -> bool:
    """Whether there is such a node. One that has ended counts, too."""
    return bool(await read(tx, ONE, node=node))


async def roots(tx: AsyncConnection) -> OrgNodes:
    """Nodes without a parent: one, but while an import exchanges the root."""
    return await read(tx, TOPS)


async def upwards(tx: AsyncConnection, nodes: Collection[str]) -> OrgNodes:
    """The nodes that exist among these, and all above them."""
    return await read(tx, UPWARDS, nodes=sorted(nodes))


async def downwards(tx: AsyncConnection, nodes: Collection[str], depth: int) -> OrgNodes:
    """The nodes, and so many levels below them."""
    return await read(tx, DOWNWARDS, nodes=sorted(nodes), depth=depth)


async def ids_below(tx: AsyncConnection, node: str) -> list[str]:
    """The node and all below it."""
    return list((await tx.execute(BELOW, {"node": node})).scalars())


async def within(tx: AsyncConnection, node: str) -> Collection[str]:
    """The node and all below it. Empty when there is no such node, or it has ended: who has left sees nothing."""
    return set((await tx.execute(WITHIN, {"node": node})).scalars())


async def all_ids(tx: AsyncConnection) -> list[str]:
    return list((await tx.execute(IDS)).scalars())


async def inactive(tx: AsyncConnection) -> list[str]:
    return [row.node for row in await tx.execute(INACTIVE)]


async def page_of_ids(tx: AsyncConnection, after: str | None, limit: int) -> list[str]:
    """The ids in order, one more than `limit`."""
    query = IDS if after is None else IDS.where(org_nodes.c.node > after)
    return list((await tx.execute(query.limit(limit + 1))).scalars())
