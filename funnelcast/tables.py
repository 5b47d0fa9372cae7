"""Rows as a table for people, or as JSON for programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from shared.store.rows import plain

PIPE_WIDTH = 200
"""Columns of output that goes to a pipe or a file, whose lines must not be cut."""
LONGEST_LINE = 10_000


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        console().print(rows_table(rows))


def print_json(value: Any) -> None:
    typer.echo(orjson.dumps(value, default=plain, option=orjson.OPT_INDENT_2).decode())


def print_whole(out: Console, table: Table) -> None:
    """Prints the table without cutting a number: where the terminal is too narrow for the columns that do not wrap,
    lines are longer."""
    narrowest = Measurement.get(out, out.options.update(width=LONGEST_LINE), table).minimum
    if narrowest > out.width:
        table.width = narrowest
    out.print(table, crop=False)


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The keys of the first row are the columns."""
    table = Table(box=None, pad_edge=False)
    for name in rows[0] if rows else ():
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(format_cell(value) for value in row.values()))
    return table


def format_cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return ", ".join(value) if isinstance(value, list) else str(value)


def console(*, stderr: bool = False) -> Console:
    terminal = Console(stderr=stderr, highlight=False, markup=False)
    return terminal if terminal.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=PIPE_WIDTH)
