"""The events that an answer counts: those of each source up to a position."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

RECORDED_UNTIL = text("""
    SELECT (SELECT position FROM events WHERE recorded_at <= :instant ORDER BY position DESC LIMIT 1),
        (SELECT position FROM postings WHERE recorded_at <= :instant ORDER BY position DESC LIMIT 1),
        (SELECT position FROM deal_states WHERE recorded_at <= :instant ORDER BY position DESC LIMIT 1)""")


class KnownPositions(NamedTuple):
    """The last position of each source."""

    forecast: int
    pipeline: int


EVERYTHING = KnownPositions(2**62, 2**62)


async def recorded_until(tx: AsyncConnection, instant: datetime) -> dict[str, int]:
    """The last position of each source that was recorded by this instant; of pipeline, among the events that changed a
    row."""
    own, posted, stated = (await tx.execute(RECORDED_UNTIL, {"instant": instant})).one()
    return {"forecast": own or 0, "pipeline": max(posted or 0, stated or 0)}
