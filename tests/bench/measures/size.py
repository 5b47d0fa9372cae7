"""The size of one lead: rows, bytes on disk and bytes of WAL, in all four services together."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.serving.services import SERVICES
from shared.rules.clock_and_ids import ClockAndIds
from tests.bench.ground import Ground, whole
from tests.bench.measures.batch import batches
from tests.bench.rounds import Sample
from tests.bench.table import Row, alone, one
from tests.running import connected

SIZES = text("""
    SELECT CASE WHEN nspname LIKE '%\\_read\\_%' THEN 'read models' WHEN nspname IN ('log', 'exchange') THEN nspname
        ELSE 'stores' END AS place, sum(pg_total_relation_size(pg_class.oid)) AS bytes
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' GROUP BY 1""")
WAL = text("SELECT pg_current_wal_lsn() - '0/0'")
PATIENCE = 300.0


async def measure(ground: Ground) -> Sequence[Row]:
    async with ground.database() as url, connected(url) as engine, whole(url) as process:
        async with engine.connect() as tx:
            before, wal = await sizes(tx), (await tx.execute(WAL)).scalar_one()
        sample = await batches(ground, process)(ClockAndIds().new_id())
        await settled(engine, sample)
        async with engine.connect() as tx:
            after, wal = await sizes(tx), (await tx.execute(WAL)).scalar_one() - wal
            events = await written(tx)
    grown = {place: after[place] - before.get(place, 0) for place in after}
    return rows_of(sample.amount, grown, events, float(wal))


def rows_of(leads: int, grown: Mapping[str, float], events: int, wal: float) -> list[Row]:
    what = f"of {leads:,} leads that become MQLs, embedded log"
    total = sum(grown.values())
    found = ", ".join(f"{place} {each / leads:,.0f}" for place, each in sorted(grown.items()))
    return [
        alone("size", f"events {what}", "each lead", one(events / leads)),
        alone("size", f"on disk {what}", "bytes each lead", one(total / leads), note=found),
        alone("size", f"on disk {what}", "bytes each event", one(total / events)),
        alone("size", f"WAL {what}", "bytes each lead", one(wal / leads)),
        alone("size", f"WAL {what}", "bytes each event", one(wal / events)),
    ]


async def sizes(tx: AsyncConnection) -> dict[str, float]:
    return {row.place: float(row.bytes) for row in await tx.execute(SIZES)}


async def written(tx: AsyncConnection) -> int:
    found = [await tx.execute(text(f"SELECT count(*) FROM {name}.events")) for name in SERVICES]  # noqa: S608
    return sum(int(each.scalar_one()) for each in found)


async def settled(engine: AsyncEngine, sample: Sample) -> None:
    """Waits until every lead is an MQL, and every read model and topic has all events."""
    query = text("""
        SELECT (SELECT count(*) FROM qualification.events WHERE type = 'lead.mql') >= :leads
            AND (SELECT max(position) FROM qualification.events)
                <= (SELECT max(position) FROM qualification.checkpoints WHERE source = 'qualification')
            AND (SELECT max(position) FROM qualification.events) <= (SELECT position FROM qualification.published)
            AND (SELECT max(position) FROM intake.events)
                <= (SELECT max(position) FROM intake.checkpoints WHERE source = 'intake')""")
    async with asyncio.timeout(PATIENCE), engine.connect() as tx:
        tx_each = await tx.execution_options(isolation_level="AUTOCOMMIT")
        while not (await tx_each.execute(query, {"leads": sample.amount})).scalar_one():
            await asyncio.sleep(0.1)
