"""Accuracy: the call of a week against what was closed, by person and by level."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from funnelcast.pages.screen import Screen, Visit

PATH = "/accuracy"
COLUMNS = ("commit", "upside", "pipeline")
WEEKS, LEVELS = 13, 3
"""Of a quarter; of the organisation that can be chosen."""


async def show_accuracy(visit: Visit) -> Response:
    query = visit.query
    column = query["column"] if query["column"] in COLUMNS else COLUMNS[0]
    asked = {name: query[name] for name in ("node", "horizon", "depth", "from", "to", "currency")}
    answer = await visit.api.get("/forecast/v1/accuracy", column=column, **asked)
    names = await find_names(visit, answer["nodes"][0]["node_id"] if answer["nodes"] else None, query["depth"] or "1")
    return visit.page(
        "accuracy.html",
        answer=answer,
        names=names,
        columns=COLUMNS,
        weeks=range(1, WEEKS + 1),
        levels=range(LEVELS + 1),
        depth=query["depth"] or "1",
        called=sum(level["called"] for level in answer["levels"]),
    )


async def find_names(visit: Visit, node: str | None, depth: str) -> dict[str, str]:
    """Of a node and those below it, by id; those that have left the organisation have none."""
    if node is None:
        return {}
    top = (await visit.api.get("/forecast/v1/rollup", node=node, depth=depth))["node"]
    return {each["node_id"]: each["name"] for each in nodes_of(top) if each["name"]}


def nodes_of(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


SCREENS = (Screen(PATH, show_accuracy, ("forecast:read",), title="Accuracy"),)
