"""Locked weeks, as they were locked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.snapshot.events import WeekLocked
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows
from shared.web.callers.place import Subtree


class SnapshotColumns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    snapshot_id: Named[str] = Column(Text, unique=True)
    node: Named[str] = Column(Text)
    period: Named[str] = Column(Text)
    week: Named[str] = Column(Text)
    currency: Named[str | None] = Column(Text)
    rate_policy: Named[str] = Column(Text)
    as_of: Named[datetime] = Column(DateTime(timezone=True))
    frontier: Named[str] = Column(Text)
    hash_version: Named[int] = Column(Integer)
    hash: Named[str] = Column(Text)
    locked_by: Named[str] = Column(Text)
    locked_at: Named[datetime] = Column(DateTime(timezone=True))


snapshots = Table("snapshots", MetaData(), SnapshotColumns)
INSERT = insert(snapshots)
IN_ORDER = select(snapshots).order_by(snapshots.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    found = [snapshot_row(each) for each in recorded if isinstance(each.event, WeekLocked)]
    if found:
        await tx.execute(INSERT, rows(found))


def snapshot_row(recorded: RecordedEvent[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = recorded.event.model_dump(mode="json", exclude={"first_day", "last_day"})
    return columns | {
        "position": recorded.position,
        "locked_by": recorded.actor,
        "locked_at": recorded.occurred_at,
    }


async def find(tx: AsyncConnection, snapshot_id: str) -> Mapping[str, Any] | None:
    found = await tx.execute(select(snapshots).where(snapshots.c.snapshot_id == snapshot_id))
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def by_node(
    tx: AsyncConnection, nodes: Collection[str], period: str, week: str
) -> Mapping[str, Mapping[str, Any]]:
    """The locks of a week by node, for these nodes: a node has at most one."""
    chosen = snapshots.c.node.in_(nodes), snapshots.c.period == period, snapshots.c.week == week
    return {row["node"]: dict(row) for row in (await tx.execute(select(snapshots).where(*chosen))).mappings()}


async def last_locked(tx: AsyncConnection, node: str, locked_by: str) -> datetime | None:
    """The last instant of this node that it locked."""
    chosen = snapshots.c.node == node, snapshots.c.locked_by == locked_by
    return (await tx.execute(select(func.max(snapshots.c.as_of)).where(*chosen))).scalar_one_or_none()


async def all_rows(tx: AsyncConnection) -> list[Mapping[str, Any]]:
    return [dict(row) for row in (await tx.execute(IN_ORDER)).mappings()]


async def history(
    tx: AsyncConnection, chosen: Mapping[str, str | None], after: int, limit: int, subtree: Subtree
) -> list[Mapping[str, Any]]:
    """The snapshots as they were locked, one more than `limit`. `chosen`: values of columns; None means any."""
    conditions = [snapshots.c[name] == value for name, value in chosen.items() if value is not None]
    if subtree.nodes is not None:
        conditions.append(snapshots.c.node == any_(literal(sorted(subtree.nodes), ARRAY(Text))))
    found = await tx.execute(IN_ORDER.where(snapshots.c.position > after, *conditions).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


PROJECTION = Projection("snapshots", 1, snapshots.metadata, {"forecast": apply})
