"""Within a store: positions and versions are gapless from 1, and neither clock goes back."""

from collections.abc import Mapping

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST = 20
"""Findings of one kind that are told one by one."""

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
SAID: Mapping[str, tuple[TextClause, str]] = {
    "positions": (POSITIONS, "position {position} follows {before}"),
    "versions": (VERSIONS, "{stream}: version {version} follows {before}"),
    "occurred_at": (OCCURRED, "{stream}: version {version} occurred before the one it follows"),
    "recorded_at": (RECORDED, "position {position} was recorded before the one it follows"),
}
CHECKPOINTS = text("SELECT subscription, source, position FROM checkpoints ORDER BY subscription, source")


async def check(tx: AsyncConnection, what: str) -> list[str]:
    """`what`: positions, versions, occurred_at or recorded_at."""
    query, said = SAID[what]
    return [said.format(**row) for row in (await tx.execute(query, {"most": MOST})).mappings()]


async def checkpoints(tx: AsyncConnection, heads: Mapping[str, int]) -> list[str]:
    rows = [tuple(row) for row in await tx.execute(CHECKPOINTS)]
    return [
        f"{subscription} of {source} is at {position}, beyond the last event, {heads.get(source, 0)}"
        for subscription, source, position in rows
        if position > heads.get(source, 0)
    ]
