"""The check that every read model equals its rebuild from the events, made in a transaction that is rolled back."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.verifying.snapshot import Snapshot, set_search_path
from shared.flow import checkpoint, parked, read_schema
from shared.flow.projection import apply_all
from shared.run.service import Service

MAX_LISTED = 5
Digest = tuple[int, Any]
Rows = Mapping[tuple[str, ...], str]
"""Rows as text, by primary key."""


async def check(engine: AsyncEngine, snapshot: Snapshot, service: Service) -> list[str]:
    subscription = service.read_models
    tx = await snapshot.of(service.name)
    positions = await checkpoint.positions(tx, subscription)
    excluded = await parked.excluded_positions(tx, subscription)
    compared = [projection for projection in service.projections if projection.fill is None]
    tables = [table for projection in compared for table in projection.tables.sorted_tables]
    async with engine.connect() as rebuilt, rebuilt.begin() as transaction:
        await build(rebuilt, snapshot, service, positions, excluded)
        findings = [finding for table in tables for finding in await compare(rebuilt, snapshot, service, table)]
        await transaction.rollback()
    return findings


async def build(
    rebuilt: AsyncConnection,
    snapshot: Snapshot,
    service: Service,
    positions: Mapping[str, int],
    excluded: Collection[tuple[str, int]],
) -> None:
    """Applies every source up to the checkpoint of the live tables, one source after the other: read models must not
    depend on the order of events of different sources."""
    schema = f"verify_{service.name}"
    await read_schema.create_tables(rebuilt, schema, service.projections)
    await set_search_path(rebuilt, schema)
    for source, parse in service.parsers.items():
        apply = apply_all(service.projections, source)
        async for page in snapshot.events(source, 0, positions.get(source, 0)):
            await apply(rebuilt, parse.all([event for event in page if (source, event.position) not in excluded]))


async def compare(rebuilt: AsyncConnection, snapshot: Snapshot, service: Service, table: Table) -> list[str]:
    """Rows are read only when the digests differ."""
    live = await snapshot.of(service.read_models)
    if await table_digest(live, table) == await table_digest(rebuilt, table):
        return []
    return list(differences(table.name, await read_rows(live, table), await read_rows(rebuilt, table)))


async def table_digest(tx: AsyncConnection, table: Table) -> Digest:
    """The number of rows, and the sum of their hashes. A row's text holds its key, so the order of rows does not
    matter."""
    query = text(f"SELECT count(*), sum(CAST(hashtextextended(CAST(t AS text), 0) AS numeric)) FROM {table.name} AS t")  # noqa: S608
    count, total = (await tx.execute(query)).one()
    return count, total


async def read_rows(tx: AsyncConnection, table: Table) -> Rows:
    keys = ", ".join(f"CAST({column.name} AS text)" for column in table.primary_key)
    query = text(f"SELECT CAST(t AS text), {keys} FROM {table.name} AS t")  # noqa: S608 - names of our own tables
    return {tuple(row[1:]): row[0] for row in await tx.execute(query)}


def differences(table: str, live: Rows, rebuilt: Rows) -> Iterator[str]:
    """The first few, by key, and the number of the others."""
    keys = sorted(key for key in live.keys() | rebuilt.keys() if live.get(key) != rebuilt.get(key))
    for key in keys[:MAX_LISTED]:
        row = "/".join(key)
        yield f"{table} {row}: the live row is {live.get(key, 'missing')}, rebuilt it is {rebuilt.get(key, 'missing')}"
    if len(keys) > MAX_LISTED:
        yield f"{table}: {len(keys) - MAX_LISTED} more rows differ"
