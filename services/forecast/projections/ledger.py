"""The ledger: pipeline's events are posted, the organisation's say for whom they count. In whatever order the two
arrive, the rows are the same: each takes what the other has left so far, and they take turns."""

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.projections import node_totals, org_nodes, postings
from services.forecast.projections.tables import metadata
from services.forecast.upstream.pipeline import DealEvent
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import write

LATEST = text("""
    INSERT INTO latest (source, occurred_at) VALUES (:source, :occurred_at)
    ON CONFLICT (source) DO UPDATE SET occurred_at = greatest(latest.occurred_at, excluded.occurred_at)""")


async def take_deals(tx: AsyncConnection, facts: Sequence[RecordedEvent[DealEvent]]) -> None:
    posted = await postings.post(tx, facts)
    lines = posted.lines
    tree = await org_nodes.upwards(tx, {line.account.owner for line in lines})
    await write(tx, chain(posted.writes(), node_totals.added(lines, tree)))
    await note(tx, "pipeline", facts)


async def take_org(tx: AsyncConnection, facts: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    shifts = await org_nodes.follow(tx, facts)
    await node_totals.shift(tx, list(shifts.all()), shifts.arrived)
    await note(tx, "forecast", facts)


async def note(tx: AsyncConnection, source: str, facts: Sequence[RecordedEvent[DealEvent | ForecastEvent]]) -> None:
    await tx.execute(LATEST, {"source": source, "occurred_at": max(fact.occurred_at for fact in facts)})


PROJECTION = Projection("ledger", 1, metadata, {"pipeline": take_deals, "forecast": take_org})
