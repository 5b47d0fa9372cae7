"""Today's organisation, and the dated rows that it follows from: a read model of each service that confines callers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    any_,
    bindparam,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.projection import Projection
from shared.organisation.events import OrgEvent
from shared.organisation.today import DatedRow, NodePosition, OrgNode, dated_row, node_today
from shared.rules.message import Event, RecordedEvent
from shared.store.rows import insert, rows, upsert


class OrgNodeColumns(TypedColumns):
    node: Named[str] = Column(Text, primary_key=True)
    parent: Named[str | None] = Column(Text, index=True)
    kind: Named[str] = Column(Text)
    active: Named[bool] = Column(Boolean)


class DatedRowColumns(TypedColumns):
    """`parent` and `kind` are null where the node ended."""

    node: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    starts: Named[datetime] = Column(DateTime(timezone=True))
    parent: Named[str | None] = Column(Text)
    kind: Named[str | None] = Column(Text)


metadata = MetaData()
org_nodes = Table("seats", metadata, OrgNodeColumns)
org_rows = Table("org_rows", metadata, DatedRowColumns)
INSERT_ROWS = insert(org_rows)
UPSERT_NODES = upsert(org_nodes)
OF_NODES = select(org_rows).where(org_rows.c.node == any_(bindparam("nodes", type_=ARRAY(Text))))
WITHIN = text("""
    WITH RECURSIVE within AS (
        SELECT node FROM seats WHERE node = :node AND active
        UNION SELECT seats.node FROM within JOIN seats ON seats.parent = within.node)
    SELECT node FROM within""")


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[Event]]) -> None:
    added: dict[str, list[DatedRow]] = defaultdict(list)
    for recorded in batch:
        if isinstance(recorded.event, OrgEvent):
            added[recorded.event.node].append(dated_row(recorded.event, recorded.position))
    stored = await rows_of(tx, added)
    await tx.execute(INSERT_ROWS, rows(columns(node, row) for node in added for row in added[node]))
    nodes = [node_today(node, [*stored.get(node, ()), *added[node]]) for node in sorted(added)]
    await tx.execute(UPSERT_NODES, rows(nodes))


async def rows_of(tx: AsyncConnection, nodes: Iterable[str]) -> Mapping[str, Sequence[DatedRow]]:
    found: dict[str, list[DatedRow]] = defaultdict(list)
    for row in await tx.execute(OF_NODES, {"nodes": list(nodes)}):
        position = None if row.kind is None else NodePosition(row.parent, row.kind)
        found[row.node].append(DatedRow(row.starts, row.position, position))
    return found


def columns(node: str, row: DatedRow) -> dict[str, Any]:
    position = row.node_position
    return {
        "node": node,
        "position": row.log_position,
        "starts": row.starts,
        "parent": position and position.parent,
        "kind": position and position.kind,
    }


async def within(tx: AsyncConnection, node: str) -> Collection[str]:
    """The node and all below it. Empty when there is no such node, or it has ended: who has left sees nothing."""
    return set((await tx.execute(WITHIN, {"node": node})).scalars())


async def is_root(tx: AsyncConnection, node: str) -> bool:
    found = await find_node(tx, node)
    return found is not None and found.active and found.parent is None


async def find_node(tx: AsyncConnection, node: str) -> OrgNode | None:
    """The node as it stands today. None when there is no such node."""
    row = (await tx.execute(select(org_nodes).where(org_nodes.c.node == node))).one_or_none()
    return None if row is None else OrgNode(row.node, row.parent, row.kind, row.active)


PROJECTION = Projection("chart", 1, metadata, {"forecast": apply})
