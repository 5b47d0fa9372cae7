"""What a database snapshot of the read models contains."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

FIND = text("""
    SELECT jsonb_object_agg(source, position) AS positions, jsonb_object_agg(source, xmin::text) AS written,
        (SELECT coalesce(max(position), 0) FROM events) AS head
    FROM checkpoints WHERE subscription = :subscription""").columns(positions=JSONB, written=JSONB, head=BigInteger)


@dataclass(frozen=True)
class Frontier:
    """Of each source, the last position applied, and which transaction wrote that; the head of the service's store.

    Equal ones mean equal rows and texts. Whoever changes rows writes a checkpoint in the same transaction, also who
    releases a parked key, and who puts rebuilt tables in place; and the vault changes with an event alone.
    """

    positions: Mapping[str, int]
    written: Mapping[str, str]
    head: int


async def find(tx: AsyncConnection, subscription: str) -> Frontier:
    row = (await tx.execute(FIND, {"subscription": subscription})).one()
    return Frontier(row.positions or {}, row.written or {}, row.head)
