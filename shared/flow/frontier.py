"""What a database snapshot of the read models contains."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

FIND = text("""
    SELECT (SELECT jsonb_object_agg(source, position) FROM checkpoints WHERE subscription = :subscription) AS positions,
        (SELECT count(*) FROM parked WHERE subscription = :subscription) AS parked,
        (SELECT coalesce(max(position), 0) FROM events) AS head""").columns(
    positions=JSONB, parked=BigInteger, head=BigInteger
)


@dataclass(frozen=True)
class Frontier:
    """`positions`: of each source, the last one applied. `parked`: events set aside. `head`: of the service's store.

    Equal ones mean equal rows and texts: at the same positions keys can only be released or skipped, so that their
    events become fewer; and the vault changes with an event alone.
    """

    positions: Mapping[str, int]
    parked: int
    head: int


async def find(tx: AsyncConnection, subscription: str) -> Frontier:
    row = (await tx.execute(FIND, {"subscription": subscription})).one()
    return Frontier(row.positions or {}, row.parked, row.head)
