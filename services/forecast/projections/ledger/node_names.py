"""The vault's reference of each node's name, and the position since which it holds."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Named, Table, Text, TypedColumns, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import NodePlaced, NodeRenamed
from services.forecast.projections.known_positions import EVERYTHING, KnownPositions
from services.forecast.projections.ledger.metadata import ledger_tables
from shared.rules.message import RecordedEvent
from shared.store import vault
from shared.store.rows import insert, rows


class NodeNameColumns(TypedColumns):
    node: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    name_ref: Named[UUID] = Column(Uuid)
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


node_names = Table("names", ledger_tables, NodeNameColumns)
INSERT = insert(node_names)
LAST = text("""
    SELECT DISTINCT ON (node) node, name_ref FROM names WHERE node = ANY(:nodes) AND position <= :known
    ORDER BY node, position DESC""")


async def add(tx: AsyncConnection, recorded: Iterable[RecordedEvent[NodePlaced | NodeRenamed]]) -> None:
    named = [row for each in recorded if (row := name_row(each))]
    await tx.execute(INSERT, rows(named))


def name_row(recorded: RecordedEvent[NodePlaced | NodeRenamed]) -> dict[str, Any] | None:
    name = recorded.event.name
    if name is None or name.ref is None:
        return None
    return {
        "node": recorded.event.node,
        "position": recorded.position,
        "name_ref": name.ref,
        "recorded_at": recorded.recorded_at,
    }


async def read(tx: AsyncConnection, nodes: Collection[str], known: KnownPositions = EVERYTHING) -> Mapping[str, str]:
    """The last name of each node, by node."""
    found = await tx.execute(LAST, {"nodes": list(nodes), "known": known.forecast})
    refs = {row.node: row.name_ref for row in found}
    names = await vault.read(tx, refs.values())
    return {node: names[ref] for node, ref in refs.items() if ref in names}
