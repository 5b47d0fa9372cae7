"""Locked weeks: what was locked is computed the same again."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.bookmarks import RollupReader, is_reproduced
from services.forecast.answers.moment import Applied
from services.forecast.projections import snapshots
from services.forecast.projections.known_positions import KnownPositions
from shared.flow import checkpoint
from shared.rules.fields import LATEST


async def check_locks(tx: AsyncConnection, read_models: str) -> list[str]:
    """`tx` has the forecast's read models and its store as its search path."""
    positions = await checkpoint.positions(tx, read_models)
    applied = Applied(read_models, {source: positions.get(source, 0) for source in KnownPositions._fields})
    reader = RollupReader(tx, LATEST, applied)
    return [
        f"snapshot {row['snapshot_id']}, {row['node']} in {row['week']}: its figures are no longer those of the lock"
        for row in await snapshots.all_rows(tx)
        if not await is_reproduced(reader, row)
    ]
