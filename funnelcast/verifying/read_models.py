"""Every read model equals what is built from the events anew: in a schema that is rolled back afterwards."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.verifying.snapshot import Snapshot, look_at
from shared.flow import checkpoint, parked, read_schema
from shared.flow.projection import apply_all
from shared.run.service import Service

MOST = 5
Digest = tuple[int, Any]
Rows = Mapping[tuple[str, ...], str]


async def check(engine: AsyncEngine, snapshot: Snapshot, service: Service) -> list[str]:
    subscription = service.read_models
    tx = await snapshot.of(service.name)
    positions = await checkpoint.positions(tx, subscription)
    left_out = await parked.excluded_positions(tx, subscription)
    tables = [table for projection in service.projections for table in projection.tables.sorted_tables]
    async with engine.connect() as anew, anew.begin() as undone:
        await build(anew, snapshot, service, positions, left_out)
        findings = [found for table in tables for found in await compared(anew, snapshot, service, table)]
        await undone.rollback()
    return findings


async def build(
    anew: AsyncConnection,
    snapshot: Snapshot,
    service: Service,
    positions: Mapping[str, int],
    left_out: Collection[tuple[str, int]],
) -> None:
    """From the sources' stores, each up to where the live tables are, one source after the other: their order among
    each other must not matter."""
    schema = f"verify_{service.name}"
    await read_schema.create_tables(anew, schema, service.projections)
    await look_at(anew, schema)
    for source, parse in service.parsers.items():
        apply = apply_all(service.projections, source)
        async for page in snapshot.events(source, 0, positions.get(source, 0)):
            facts = parse.all([event for event in page if (source, event.position) not in left_out])
            await apply(anew, facts)


async def compared(anew: AsyncConnection, snapshot: Snapshot, service: Service, table: Table) -> list[str]:
    live = await snapshot.of(service.read_models)
    if await digest(live, table) == await digest(anew, table):
        return []
    return list(differences(table.name, await rows(live, table), await rows(anew, table)))


async def digest(tx: AsyncConnection, table: Table) -> Digest:
    """Number of rows, and a sum over their hashes; each row's text holds its key, so the order does not matter."""
    query = text(f"SELECT count(*), sum(CAST(hashtextextended(CAST(t AS text), 0) AS numeric)) FROM {table.name} AS t")  # noqa: S608
    count, total = (await tx.execute(query)).one()
    return count, total


async def rows(tx: AsyncConnection, table: Table) -> Rows:
    """By key, as text."""
    keys = ", ".join(f"CAST({column.name} AS text)" for column in table.primary_key)
    query = text(f"SELECT CAST(t AS text), {keys} FROM {table.name} AS t")  # noqa: S608 - names of our own tables
    return {tuple(row[1:]): row[0] for row in await tx.execute(query)}


def differences(table: str, live: Rows, anew: Rows) -> Iterator[str]:
    """The first few, in key order."""
    keys = sorted(key for key in live.keys() | anew.keys() if live.get(key) != anew.get(key))
    for key in keys[:MOST]:
        yield f"{table} {'/'.join(key)}: {live.get(key, 'no row')} is, built anew, {anew.get(key, 'no row')}"
    if len(keys) > MOST:
        yield f"{table}: {len(keys) - MOST} more rows differ"
