"""Order within a store: positions and versions begin at 1 without gaps, and no clock goes back."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_FINDINGS = 20
POSITIONS = text("""
    SELECT position, before FROM (
        SELECT position, lag(position, 1, CAST(0 AS bigint)) OVER (ORDER BY position) AS before FROM events) AS pairs
    WHERE position <> before + 1 ORDER BY position LIMIT :most""")
VERSIONS = text("""
    SELECT stream, version, before FROM (
        SELECT stream, version, lag(version, 1, 0) OVER (PARTITION BY stream ORDER BY position) AS before
        FROM events) AS pairs
    WHERE version <> before + 1 ORDER BY stream, version LIMIT :most""")
OCCURRED = text("""
    SELECT stream, version FROM (
        SELECT stream, version, occurred_at,
            lag(occurred_at) OVER (PARTITION BY stream ORDER BY version) AS before
        FROM events) AS pairs
    WHERE occurred_at < before ORDER BY stream, version LIMIT :most""")
RECORDED = text("""
    SELECT position FROM (
        SELECT position, recorded_at, lag(recorded_at) OVER (ORDER BY position) AS before FROM events) AS pairs
    WHERE recorded_at < before ORDER BY position LIMIT :most""")
CHECKPOINTS = text("SELECT subscription, source, position FROM checkpoints ORDER BY subscription, source")


@dataclass(frozen=True)
class OrderCheck:
    """`query` selects the rows that are out of order, `finding` is the text for one of them."""

    name: str
    query: TextClause
    finding: str

    async def run(self, tx: AsyncConnection) -> list[str]:
        rows = (await tx.execute(self.query, {"most": MAX_FINDINGS})).mappings()
        return [self.finding.format(**row) for row in rows]


CHECKS = (
    OrderCheck("positions", POSITIONS, "position {position} follows {before}"),
    OrderCheck("versions", VERSIONS, "{stream}: version {version} follows {before}"),
    OrderCheck("occurred_at", OCCURRED, "{stream}: version {version} occurred before the one it follows"),
    OrderCheck("recorded_at", RECORDED, "position {position} was recorded before the one it follows"),
)


async def check_checkpoints(tx: AsyncConnection, heads: Mapping[str, int]) -> list[str]:
    """No checkpoint may be beyond the last event of its source."""
    rows = [tuple(row) for row in await tx.execute(CHECKPOINTS)]
    return [
        f"{subscription} of {source} is at {position}, beyond the last event, {heads.get(source, 0)}"
        for subscription, source, position in rows
        if position > heads.get(source, 0)
    ]
