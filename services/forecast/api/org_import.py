"""Many nodes at once, from a CSV table: all of its lines, or none."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.forecast.api.node_csv import TEXT_CSV, csv_text, read_lines, refuse
from services.forecast.api.org import Admin
from services.forecast.api.same_names import same_name_refs
from services.forecast.org.commands import ImportNodes, TableLine
from services.forecast.org.decider import ALL, DECIDER
from services.forecast.org.node_table import BadLines, prepared_import
from shared.store.slices import in_slices
from shared.web.requests import conditions
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts

router = APIRouter(tags=["organisation"])
EXAMPLE = "id,name,kind,parent\nacme,Acme,unit,\nann,Ann Archer,person,acme\n"
CSV: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TEXT_CSV: {"schema": {"type": "string"}, "example": EXAMPLE}}}
}


class Imported(Accepted):
    lines: int


@router.post("/org/import", openapi_extra=CSV)
async def import_nodes(call: Admin) -> Imported:
    """Import a CSV table of nodes with the columns id, name, kind, parent and optionally from.

    Its lines may come in any order. Importing them again changes nothing.
    """
    conditions.refuse_idempotency_key(call.request.headers, "here: importing again changes nothing")
    # Reading and deciding take long for a large table: both run in a thread, and before the append lock is held.
    lines = await with_same_names(call, await asyncio.to_thread(read_lines, await csv_text(call.request)))
    org = await call.fold(DECIDER, ALL, no_texts, may_be_new=True)
    try:
        prepared = await asyncio.to_thread(prepared_import, org.state, lines, call.context.clock_and_ids.now())
        done = await call.write(DECIDER, ALL, ImportNodes(lines=tuple(lines), prepared=prepared), is_long=True)
    except BadLines as bad:
        refuse([{"pointer": f"/{line}", "detail": detail} for line, detail in sorted(bad.lines.items())])
        raise
    return Imported(position=done.position, lines=len(lines))


async def with_same_names(call: Call, lines: Sequence[TableLine]) -> list[TableLine]:
    refs = await same_name_refs(call, {(line.placement.node, line.placement.name) for line in lines})
    return [named async for named in in_slices(with_refs(line, refs) for line in lines)]


def with_refs(line: TableLine, refs: Mapping[tuple[str, str], frozenset[UUID]]) -> TableLine:
    placement = line.placement
    return TableLine(line.number, placement._replace(same_name_refs=refs[placement.node, placement.name]))
