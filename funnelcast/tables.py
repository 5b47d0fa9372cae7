"""Rows for people, as a table, or for programs, as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from shared.store.rows import plain

WIDE = 200
"""Columns where nobody looks: a pipe must not cut lines."""


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(rows, default=plain, option=orjson.OPT_INDENT_2).decode())
    else:
        console().print(table(rows))


def table(rows: Sequence[Mapping[str, Any]]) -> Table:
    drawn = Table(box=None, pad_edge=False)
    for name in rows[0] if rows else ():
        drawn.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        drawn.add_row(*(shown(value) for value in row.values()))
    return drawn


def shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return ", ".join(value) if isinstance(value, list) else str(value)


def console(*, stderr: bool = False) -> Console:
    drawn = Console(stderr=stderr, highlight=False, markup=False)
    return drawn if drawn.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=WIDE)
