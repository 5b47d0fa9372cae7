"""The dated organisation: one row for each time that a node was placed or ended."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Named,
    Table,
    Text,
    TypedColumns,
    and_,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.org_tree import OrgNode
from services.forecast.org.events import NodeEnded, NodePlaced
from services.forecast.org.node_history import DatedRow, NodeHistory, NodePosition, dated_row, span_at, with_row
from services.forecast.projections.ledger.metadata import ledger_tables
from shared.rules.message import BEGINNING, RecordedEvent
from shared.store.rows import insert, rows
from shared.store.slices import in_slices


class OrgRowColumns(TypedColumns):
    node: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    starts: Named[datetime] = Column(DateTime(timezone=True), index=True)
    parent: Named[str | None] = Column(Text)
    kind: Named[str | None] = Column(Text)
    ended: Named[bool] = Column(Boolean)
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


org_rows = Table("org_rows", ledger_tables, OrgRowColumns)
INSERT = insert(org_rows)
IN_ORDER = select(org_rows).order_by(org_rows.c.node, org_rows.c.position)
OF_NODES = IN_ORDER.where(org_rows.c.node == any_(bindparam("nodes", type_=ARRAY(Text))))
LAST_START = select(func.max(org_rows.c.starts))


class OrgInstant(NamedTuple):
    """`position`: of the last row that was known."""

    at: datetime
    position: int

    @property
    def is_known(self) -> ColumnElement[bool]:
        """The condition that a row is known then."""
        return and_(org_rows.c.starts <= self.at, org_rows.c.position <= self.position)


async def add(tx: AsyncConnection, recorded: Iterable[RecordedEvent[NodePlaced | NodeEnded]]) -> None:
    await tx.execute(INSERT, rows(org_row(each) for each in recorded))


def org_row(recorded: RecordedEvent[NodePlaced | NodeEnded]) -> dict[str, Any]:
    row = dated_row(recorded.event)
    return {
        "node": recorded.event.node,
        "position": recorded.position,
        "starts": row.starts,
        "parent": row.position and row.position.parent,
        "kind": row.position and row.position.kind,
        "ended": row.ended,
        "recorded_at": recorded.recorded_at,
    }


async def histories(tx: AsyncConnection, nodes: Collection[str]) -> dict[str, NodeHistory]:
    found = await tx.execute(OF_NODES, {"nodes": list(nodes)})
    return {node: history(node_rows) for node, node_rows in groupby(found, key=lambda row: row.node)}


def history(node_rows: Iterable[Any]) -> NodeHistory:
    """A node's history from its rows by position."""
    rows_so_far: NodeHistory = ()
    for row in node_rows:
        position = None if row.ended else NodePosition(row.parent, row.kind)
        rows_so_far = with_row(rows_so_far, DatedRow(row.starts, position, row.ended))
    return rows_so_far


async def last_start(tx: AsyncConnection) -> datetime:
    """The last start of all rows; the beginning when there is none."""
    starts = (await tx.execute(LAST_START)).scalar_one_or_none()
    return BEGINNING if starts is None else starts


async def nodes_at(tx: AsyncConnection, instant: OrgInstant, only: Collection[str] | None = None) -> dict[str, OrgNode]:
    """The whole organisation at that instant, or these nodes of it."""
    nodes, query = {}, IN_ORDER.where(instant.is_known)
    if only is not None:
        query = query.where(org_rows.c.node == any_(literal(list(only), ARRAY(Text))))
    async for node, node_rows in in_slices(groupby(await tx.execute(query), key=lambda row: row.node)):
        span = span_at(history(node_rows), instant.at)
        if span is not None:
            nodes[node] = OrgNode(node, span.position.parent, span.position.kind, span.active)
    return nodes
