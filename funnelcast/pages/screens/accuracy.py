"""Accuracy: the call of a week against what was closed, by person and by level."""

from starlette.responses import Response

from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.names import names_of_nodes

PATH = "/accuracy"
COLUMNS = ("commit", "upside", "pipeline")
WEEKS, LEVELS = 13, 3
"""The weeks of a quarter, and the levels of the organisation that can be chosen."""


async def show_accuracy(visit: Visit) -> Response:
    query = visit.query
    column = query["column"] if query["column"] in COLUMNS else COLUMNS[0]
    asked = {name: query[name] for name in ("node", "horizon", "depth", "from", "to", "currency")}
    answer = await visit.api.get("/forecast/v1/accuracy", column=column, **asked)
    return visit.page(
        "accuracy.html",
        answer=answer,
        names=await names_of_nodes(visit, [node["node_id"] for node in answer["nodes"]]),
        columns=COLUMNS,
        weeks=range(1, WEEKS + 1),
        levels=range(LEVELS + 1),
        depth=query["depth"] or "1",
        called=sum(level["called"] for level in answer["levels"]),
    )


SCREENS = (Screen(PATH, show_accuracy, ("forecast:read",), title="Accuracy"),)
