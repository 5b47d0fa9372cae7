"""Reading a CSV table of nodes: every cell that cannot be read is named."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from pydantic import ValidationError

from services.forecast.org.commands import NodeBody, Placement, TableLine
from shared.rules.fields import Slug
from shared.web.errors.error_texts import error_text
from shared.web.errors.problems import BodyTooLarge, InvalidRequest, UnsupportedType, json_pointer

TEXT_CSV = "text/csv"
NEEDED = ("id", "name", "kind", "parent")
COLUMNS = (*NEEDED, "from")
MOST_LINES = 20_000
MOST_ERRORS = 100
"""The most errors in one answer."""
FieldError = Mapping[str, str]


class TableRow(NodeBody):
    """The columns of one line. An empty cell is null."""

    id: Slug


async def csv_text(request: Request) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TEXT_CSV:
        raise UnsupportedType(f"the body must be {TEXT_CSV}")
    body = await request.body()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(body.count(b"\n", 0, error.start) + 1, "the table must be UTF-8 text") from None


def read_lines(text: str) -> list[TableLine]:
    """Raises `InvalidRequest` with a pointer to every cell that cannot be read: `/<line>/<column>`, where the header is
    line 1."""
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return read_table(table)
    except csv.Error as error:
        raise unreadable(table.line_num, f"the table cannot be read: {error}") from None


def unreadable(line: int, detail: str) -> InvalidRequest:
    return InvalidRequest(detail, errors=[{"pointer": f"/{line}", "detail": detail}])


def read_table(table: Any) -> list[TableLine]:
    columns = header(next(table, []))
    lines: list[TableLine] = []
    errors: list[FieldError] = []
    for cells in table:
        if len(lines) + len(errors) >= MOST_LINES:
            raise BodyTooLarge(f"a table may have {MOST_LINES} lines")
        if cells:
            read_line(table.line_num, columns, cells, lines, errors)
    refuse(errors)
    return lines


def header(cells: Sequence[str]) -> Sequence[str]:
    columns = [cell.strip().lower() for cell in cells]
    if not set(NEEDED) <= set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
        refuse([{"pointer": "/1", "detail": f"the columns must be {', '.join(NEEDED)} and optionally from"}])
    return columns


def read_line(
    line: int, columns: Sequence[str], cells: Sequence[str], lines: list[TableLine], errors: list[FieldError]
) -> None:
    """Adds to `lines`, or to `errors`."""
    if len(cells) != len(columns):
        errors.append({"pointer": f"/{line}", "detail": f"has {len(cells)} columns, not {len(columns)}"})
        return
    try:
        row = TableRow.model_validate({name: cell.strip() or None for name, cell in zip(columns, cells, strict=True)})
    except ValidationError as error:
        errors += [
            {"pointer": f"/{line}{json_pointer(each['loc'])}", "detail": error_text(each)} for each in error.errors()
        ]
        return
    lines.append(TableLine(line, Placement(row.id, row.name, row.kind, row.parent, row.starts)))


def refuse(errors: Sequence[FieldError]) -> None:
    """Raises `InvalidRequest` if there are any: all lines are good, or none is imported."""
    if errors:
        raise InvalidRequest(f"{len(errors)} cells or lines are bad; nothing was imported", errors=errors[:MOST_ERRORS])
