"""Many rows in one statement, as one JSON parameter: the same plan however many there are."""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.prefetch import prefetch

Write = tuple[TextClause, Mapping[str, Any]]
"""A statement with its parameters."""


def upsert(table: Table, *, add: Collection[str] = ()) -> TextClause:
    """Inserts rows; one that is there is replaced, or, in the columns of `add`, increased."""
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    changes = ", ".join(
        f"{name} = {table.name}.{name} + excluded.{name}" if name in add else f"{name} = excluded.{name}"
        for name in rest
    )
    conflict = f"DO UPDATE SET {changes}" if changes else "DO NOTHING"
    return text(f"{insertion(table)} ON CONFLICT ({', '.join(keys)}) {conflict}")


def insert(table: Table) -> TextClause:
    return text(insertion(table))


def insertion(table: Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    source = f"jsonb_populate_recordset(CAST(NULL AS {table.name}), CAST(:rows AS jsonb))"
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}"  # noqa: S608 - names of our own tables


def rows(values: Iterable[Mapping[str, Any]] | Sequence[Any]) -> dict[str, str]:
    """The parameter of such a statement: mappings, or dataclasses with the columns' names."""
    return {"rows": orjson.dumps(list(values), default=plain).decode()}


def plain(value: Any) -> Any:
    """The JSON form of types that orjson does not know: decimals, sets, the driver's own class of UUID."""
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


async def write(tx: AsyncConnection, writes: Iterable[Write]) -> None:
    """Executes them in order. While Postgres works on one, the rows of the next are put together."""
    async with aclosing(prefetch(one_by_one(writes))) as each:
        async for statement, parameters in each:
            await tx.execute(statement, parameters)


async def one_by_one(writes: Iterable[Write]) -> AsyncGenerator[Write]:
    for each in writes:
        yield each
