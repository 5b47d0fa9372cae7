"""Raw COPY: the same rows into the same tables, with their indexes, and nothing else."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg

from tests.bench.rounds import Sample, Side


@asynccontextmanager
async def raw(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


def file_of(folder: Path, table: str) -> Path:
    return folder / f"{table}.rows"


async def taken_out(url: str, schema: str, tables: Sequence[str], folder: Path) -> None:
    """Into files, in Postgres's own binary form: nothing is left to be converted."""
    async with raw(url) as connection:
        for table in tables:
            await connection.copy_from_table(table, schema_name=schema, output=file_of(folder, table), format="binary")


async def emptied(connection: Any, schema: str, tables: Sequence[str]) -> None:
    await connection.execute(f"TRUNCATE {', '.join(f'{schema}.{table}' for table in tables)}")


def copying(url: str, schema: str, tables: Sequence[str], folder: Path, amount: int) -> Side:
    """`amount`: what the rows are called together, leads or events; the first table has a row for each."""

    async def run(mark: UUID) -> Sample:
        async with raw(url) as connection:
            await emptied(connection, schema, tables)
            began = perf_counter()
            async with connection.transaction():
                for table in tables:
                    place = file_of(folder, table)
                    await connection.copy_to_table(table, schema_name=schema, source=place, format="binary")
            return Sample(amount, perf_counter() - began)

    async def count(mark: UUID) -> int:
        async with raw(url) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {schema}.{tables[0]}"))  # noqa: S608

    return Side("COPY", run, count)


def inserting(url: str, schema: str, tables: Sequence[str], amount: int, at_once: int) -> Side:
    """Multi-row INSERT out of arrays, so many rows in a transaction, of what `taken` holds in memory."""
    held: dict[str, list[Any]] = {}

    async def run(mark: UUID) -> Sample:
        async with raw(url) as connection:
            for table in tables:
                found = await connection.fetch(f"SELECT * FROM {schema}.{table}")  # noqa: S608
                held.setdefault(table, [tuple(row) for row in found])
            await emptied(connection, schema, tables)
            began = perf_counter()
            for start in range(0, max(len(rows) for rows in held.values()), at_once):
                async with connection.transaction():
                    for table, rows in held.items():
                        await insert(connection, f"{schema}.{table}", rows[start : start + at_once])
            return Sample(amount, perf_counter() - began)

    async def count(mark: UUID) -> int:
        async with raw(url) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {schema}.{tables[0]}"))  # noqa: S608

    return Side("multi-row INSERT", run, count)


async def insert(connection: Any, table: str, rows: Sequence[Any]) -> None:
    if rows:
        await connection.execute(f"INSERT INTO {table} SELECT * FROM unnest($1::{table}[])", rows)  # noqa: S608
