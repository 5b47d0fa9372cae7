"""The frontier of a database snapshot: the events that its read models contain."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.ownership import PLANNING_EACH

COLUMNS = """
    jsonb_object_agg(source, position) AS positions, jsonb_object_agg(source, xmin::text) AS transactions,
    (SELECT coalesce(max(position), 0) FROM events) AS head"""
OF_SUBSCRIPTION = "FROM checkpoints WHERE subscription = :subscription"
TYPES = {"positions": JSONB, "transactions": JSONB, "head": BigInteger}
FIND = text(f"SELECT {COLUMNS} {OF_SUBSCRIPTION}").columns(**TYPES)
FIND_AND_PLAN_EACH = text(f"SELECT {COLUMNS}, {PLANNING_EACH} {OF_SUBSCRIPTION}").columns(**TYPES)


@dataclass(frozen=True)
class Frontier:
    """The last position applied of each source, the id of the transaction that wrote it, and the head of the own store.

    Equal frontiers mean equal rows and texts. Every transaction that changes rows of a read model writes a checkpoint,
    also when a parked key is released and when rebuilt tables replace the old ones. The vault changes only together
    with an event.
    """

    positions: Mapping[str, int]
    transactions: Mapping[str, str]
    head: int


async def find(tx: AsyncConnection, subscription: str, *, confined: bool = False) -> Frontier:
    """`confined`: queries about thousands of owners follow in this transaction, each of which Postgres is to plan for
    its owners."""
    row = (await tx.execute(FIND_AND_PLAN_EACH if confined else FIND, {"subscription": subscription})).one()
    return Frontier(row.positions or {}, row.transactions or {}, row.head)
