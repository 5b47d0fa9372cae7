"""The organisation's chart: dated rows, and every node as it stands today."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, any_, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.moved_totals import Shifts
from services.forecast.ledger.org_tree import Seat, Tree
from services.forecast.org.events import NodePlaced, NodeRenamed
from services.forecast.org.node_history import DatedRow, NodeHistory, NodePosition, dated_row, span_at, spans, with_row
from services.forecast.projections.tables import org_rows, seats
from shared.rules.message import BEGINNING, RecordedEvent
from shared.store.rows import insert, rows, upsert

Fact = RecordedEvent[ForecastEvent]
INSERT_ROWS = insert(org_rows)
UPSERT_SEATS = upsert(seats)
IN_ORDER = select(org_rows, seats.c.name_ref).join(seats, seats.c.node == org_rows.c.node)
IN_ORDER = IN_ORDER.order_by(org_rows.c.node, org_rows.c.position)
OF_NODES = IN_ORDER.where(org_rows.c.node == any_(bindparam("nodes", type_=ARRAY(Text))))
STARTED = IN_ORDER.where(org_rows.c.starts <= bindparam("at", type_=DateTime(timezone=True)))
LAST_START = select(func.max(org_rows.c.starts))
ALL = text("SELECT node, parent, kind, active, name_ref FROM seats")
TOPS = text("SELECT node, parent, kind, active, name_ref FROM seats WHERE parent IS NULL")
INACTIVE = text("SELECT node FROM seats WHERE active IS FALSE")
UPWARDS = text("""
    WITH RECURSIVE upwards AS (
        SELECT * FROM seats WHERE node = ANY(:nodes)
        UNION SELECT seats.* FROM upwards JOIN seats ON seats.node = upwards.parent)
    SELECT node, parent, kind, active, name_ref FROM upwards""")
DOWNWARDS = text("""
    WITH RECURSIVE downwards AS (
        SELECT seats.*, 0 AS level FROM seats WHERE node = ANY(:nodes)
        UNION ALL
        SELECT seats.*, level + 1 FROM downwards JOIN seats ON seats.parent = downwards.node WHERE level < :depth)
    SELECT node, parent, kind, active, name_ref FROM downwards""")


async def follow(tx: AsyncConnection, facts: Sequence[Fact]) -> Shifts:
    """Writes a batch's rows and seats; returns what its moves do to the totals."""
    nodes = {fact.event.node for fact in facts}
    shifts = Shifts(await today(tx))
    histories = await histories_of(tx, nodes)
    for fact in facts:
        shifts.seat(seat_after(fact.event, shifts.seats.get(fact.event.node), histories))
    await tx.execute(INSERT_ROWS, rows(row for fact in facts if (row := org_row(fact))))
    await tx.execute(UPSERT_SEATS, rows([shifts.seats[node] for node in sorted(nodes)]))
    return shifts


async def found(tx: AsyncConnection, query: Any, **told: Any) -> dict[str, Seat]:
    return {row.node: Seat(*row) for row in await tx.execute(query, told)}


async def histories_of(tx: AsyncConnection, nodes: Collection[str]) -> dict[str, NodeHistory]:
    found = await tx.execute(OF_NODES, {"nodes": list(nodes)})
    return {node: history(ordered) for node, ordered in groupby(found, key=lambda row: row.node)}


def history(ordered: Iterable[Any]) -> NodeHistory:
    told: NodeHistory = ()
    for row in ordered:
        told = with_row(
            told, DatedRow(row.starts, None if row.ended else NodePosition(row.parent, row.kind), row.ended)
        )
    return told


def seat_after(event: ForecastEvent, before: Seat | None, histories: dict[str, NodeHistory]) -> Seat:
    """Rows never start in the future: the last one is today's."""
    if not isinstance(event, NodeRenamed):
        histories[event.node] = with_row(histories.get(event.node, ()), dated_row(event))
    stay = list(spans(histories[event.node]))[-1]
    return Seat(event.node, stay.place.parent, stay.place.kind, stay.active, name_after(event, before))


def name_after(event: ForecastEvent, before: Seat | None) -> UUID | None:
    if isinstance(event, NodePlaced | NodeRenamed) and event.name:
        return event.name.ref
    return before.name_ref if before else None


def org_row(fact: Fact) -> dict[str, Any] | None:
    if isinstance(fact.event, NodeRenamed):
        return None
    row = dated_row(fact.event)
    return {
        "node": fact.event.node,
        "position": fact.position,
        "starts": row.starts,
        "parent": row.place and row.place.parent,
        "kind": row.place and row.place.kind,
        "ended": row.ended,
    }


# -- queries ---------------------------------------------------------------------------------------------------------


async def last_start(tx: AsyncConnection) -> datetime:
    """Of all rows; the beginning when there is none."""
    started = (await tx.execute(LAST_START)).scalar_one_or_none()
    return BEGINNING if started is None else started


async def upwards(tx: AsyncConnection, nodes: Collection[str]) -> Tree:
    """These nodes, as far as they are any, and all above them, as they stand today."""
    return await found(tx, UPWARDS, nodes=sorted(nodes))


async def downwards(tx: AsyncConnection, nodes: Collection[str], depth: int) -> Tree:
    """These nodes and so many levels below them, as they stand today."""
    return await found(tx, DOWNWARDS, nodes=sorted(nodes), depth=depth)


async def today(tx: AsyncConnection) -> dict[str, Seat]:
    """The whole chart."""
    return await found(tx, ALL)


async def tops(tx: AsyncConnection) -> Tree:
    return await found(tx, TOPS)


async def inactive(tx: AsyncConnection) -> list[str]:
    return [row.node for row in await tx.execute(INACTIVE)]


async def tree_at(tx: AsyncConnection, at: datetime) -> Tree:
    """The whole chart as it stood then."""
    tree = {}
    for node, ordered in groupby(await tx.execute(STARTED, {"at": at}), key=lambda row: row.node):
        told = list(ordered)
        stay = span_at(history(told), at)
        if stay is not None:
            tree[node] = Seat(node, stay.place.parent, stay.place.kind, stay.active, told[0].name_ref)
    return tree
