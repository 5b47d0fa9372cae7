"""Many nodes at once, out of a CSV table: all of its lines, or none."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.forecast.api.org import Admin, names, same
from services.forecast.org.commands import ImportedNode, ImportNodes, NodeBody
from services.forecast.org.decider import ALL, DECIDER
from services.forecast.org.node_table import BadLines
from shared.rules.message import Slug
from shared.web import conditions
from shared.web.call import Accepted, Call
from shared.web.problems import BodyTooLarge, InvalidRequest, UnsupportedType, error_text, json_pointer

router = APIRouter(tags=["organisation"])
TEXT_CSV = "text/csv"
NEEDED = ("id", "name", "kind", "parent")
COLUMNS = (*NEEDED, "from")
MOST_LINES = 20_000
MOST_TOLD = 100
EXAMPLE = "id,name,kind,parent\nacme,Acme,unit,\nann,Ann Archer,person,acme\n"
CSV: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TEXT_CSV: {"schema": {"type": "string"}, "example": EXAMPLE}}}
}
Trouble = Mapping[str, str]


class TableRow(NodeBody):
    """The columns of one line; an empty cell is none."""

    id: Slug


class Imported(Accepted):
    lines: int


@router.post("/org/import", openapi_extra=CSV)
async def import_nodes(call: Admin) -> Imported:
    """A CSV table with the columns id, name, kind, parent and, if wanted, from. Its lines may come in any order;
    importing them again changes nothing."""
    if conditions.idempotency_key(call.request.headers) is not None:
        raise conditions.header_problem("Idempotency-Key", "is refused here: importing again changes nothing")
    lines = await imported(call.request)
    try:
        done = await call.write(DECIDER, ALL, await named(call, lines))
    except BadLines as bad:
        refuse([{"pointer": f"/{line}", "detail": why} for line, why in sorted(bad.lines.items())])
        raise
    return Imported(position=done.position, lines=len(lines))


async def named(call: Call, lines: Sequence[ImportedNode]) -> ImportNodes:
    known = await names(call, [line.node for line in lines])
    return ImportNodes(
        lines=tuple(line.model_copy(update={"same_as": same(known, line.node, line.name)}) for line in lines)
    )


async def imported(request: Request) -> list[ImportedNode]:
    """Raises `Invalid` with a pointer to every cell that cannot be read: `/<line>/<column>`, the header is line 1."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TEXT_CSV:
        raise UnsupportedType(f"the body must be {TEXT_CSV}")
    table = csv.reader(io.StringIO(text_of(await request.body()), newline=""), strict=True)
    try:
        return nodes(table)
    except csv.Error as error:
        raise unreadable(table.line_num, f"the table cannot be read: {error}") from None


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(body.count(b"\n", 0, error.start) + 1, "the table must be UTF-8 text") from None


def unreadable(line: int, why: str) -> InvalidRequest:
    return InvalidRequest(why, errors=[{"pointer": f"/{line}", "detail": why}])


def nodes(table: Any) -> list[ImportedNode]:
    columns = header(next(table, []))
    read: list[ImportedNode] = []
    bad: list[Trouble] = []
    for cells in table:
        if len(read) + len(bad) >= MOST_LINES:
            raise BodyTooLarge(f"a table may have {MOST_LINES} lines")
        if cells:
            take(table.line_num, columns, cells, read, bad)
    refuse(bad)
    return read


def header(cells: Sequence[str]) -> Sequence[str]:
    columns = [cell.strip().lower() for cell in cells]
    if not set(NEEDED) <= set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
        refuse([{"pointer": "/1", "detail": f"the columns must be {', '.join(NEEDED)} and, if wanted, from"}])
    return columns


def take(line: int, columns: Sequence[str], cells: Sequence[str], read: list[ImportedNode], bad: list[Trouble]) -> None:
    if len(cells) != len(columns):
        bad.append({"pointer": f"/{line}", "detail": f"has {len(cells)} columns, not {len(columns)}"})
        return
    try:
        row = TableRow.model_validate({name: cell.strip() or None for name, cell in zip(columns, cells, strict=True)})
    except ValidationError as error:
        bad += [
            {"pointer": f"/{line}{json_pointer(each['loc'])}", "detail": error_text(each)} for each in error.errors()
        ]
        return
    read.append(
        ImportedNode(line=line, node=row.id, name=row.name, kind=row.kind, parent=row.parent, starts=row.starts)
    )


def refuse(bad: Sequence[Trouble]) -> None:
    """All lines are good, or none is imported."""
    if bad:
        raise InvalidRequest(f"{len(bad)} cells or lines are bad; nothing was imported", errors=bad[:MOST_TOLD])
