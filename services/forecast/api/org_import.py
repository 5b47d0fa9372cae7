"""Many nodes at once, from a CSV table: all of its lines, or none."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from services.forecast.api.node_csv import TEXT_CSV, csv_text, read_lines, refuse
from services.forecast.api.org import Admin
from services.forecast.api.same_names import same_name_refs
from services.forecast.org.commands import ImportNodes, PreparedImport, TableLine
from services.forecast.org.decider import ALL, DECIDER
from services.forecast.org.node_table import BadLines, in_order, new_draft
from shared.store.slices import in_slices
from shared.web import conditions
from shared.web.call import Accepted, Call

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
    if conditions.idempotency_key(call.request.headers) is not None:
        raise conditions.header_problem("Idempotency-Key", "is refused here: importing again changes nothing")
    lines = await with_same_names(call, await read_lines(await csv_text(call.request)))
    try:
        prepared = await prepared_import(call, lines)
        done = await call.write(DECIDER, ALL, ImportNodes(lines=tuple(lines), prepared=prepared), is_long=True)
    except BadLines as bad:
        refuse([{"pointer": f"/{line}", "detail": detail} for line, detail in sorted(bad.lines.items())])
        raise
    return Imported(position=done.position, lines=len(lines))


async def with_same_names(call: Call, lines: Sequence[TableLine]) -> list[TableLine]:
    refs = await same_name_refs(call, {(line.placement.node, line.placement.name) for line in lines})
    return [TableLine(number, each._replace(same_name_refs=refs[each.node, each.name])) for number, each in lines]


async def prepared_import(call: Call, lines: Sequence[TableLine]) -> PreparedImport:
    """Decided in slices, and before the append lock is held. Raises `BadLines`."""
    org = await call.fold(DECIDER, ALL, lambda state: [], may_be_new=True)
    draft = new_draft(org.state, call.context.clock_and_ids.now())
    async for line in in_slices(in_order(draft, lines)):
        draft.take(line)
    return draft.finished()
