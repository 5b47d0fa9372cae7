"""The sources of leads: captures and what became of them, by source or campaign, and what could not be read."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import ApiError
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other
from funnelcast.pages.screens.day_chart import day_chart
from funnelcast.pages.screens.window import window_of

PATH = "/sources"
READS, WRITES = ("leads:read",), ("leads:read", "leads:write")
DAYS, MOST_WAITING, MOST_LISTED, LAST_DELIVERIES = 90, 50, 20, 5
CONNECTIONS, FORMS = "/intake/v1/connections", "/intake/v1/forms"
DIMENSIONS = ("source", "campaign")
NOTHING: Mapping[str, Any] = {}


async def show_sources(visit: Visit, refused: ApiError | None = None) -> Response:
    """`refused`: why the last command was not done."""
    query = visit.query
    window = window_of(visit, DAYS)
    by = query["by"] if query["by"] in DIMENSIONS else DIMENSIONS[0]
    captures, waiting, settings, outcomes, connections, forms = await asyncio.gather(
        visit.api.get("/intake/v1/metrics/captures", by=by, **window),
        visit.api.get("/intake/v1/quarantine", status="waiting", limit=MOST_WAITING),
        visit.api.get("/intake/v1/settings"),
        find_outcomes(visit, by, window),
        with_deliveries(visit, CONNECTIONS, "connection_id"),
        with_deliveries(visit, FORMS, "form_key"),
    )
    return visit.page(
        "sources.html",
        refused.status if refused else 200,
        window=window,
        by=by,
        dimensions=DIMENSIONS,
        captures=captures,
        outcomes=outcomes,
        chart=day_chart(captures["groups"], date.fromisoformat(window["from"]), date.fromisoformat(window["to"])),
        waiting=waiting,
        reasons=settings["reasons"]["discard"],
        connections=connections,
        names={each["connection_id"]: each["name"] for each in connections},
        forms=forms,
        refused=refused,
        may_decide=visit.may(*WRITES),
        is_done=query["done"] == "1",
    )


async def find_outcomes(visit: Visit, by: str, window: Mapping[str, str]) -> dict[str | None, dict[str, int]] | None:
    """The outcomes by source or campaign: how many cycles became MQL, SRL and SQL in the window, and how many deals
    were won. None for a person who may not read deals."""
    if not visit.may("pipeline:read"):
        return None
    pipeline = replace(visit.api, after=None)
    funnel, wins = await asyncio.gather(
        pipeline.get("/pipeline/v1/metrics/funnel", by=by, **window),
        pipeline.get("/pipeline/v1/metrics/win-rate", by=by, **window),
    )
    found: dict[str | None, dict[str, int]] = {}
    for group in funnel["groups"]:
        steps = {step["from"]: step for step in group["steps"]}
        mql, srl = steps.get("mql", NOTHING), steps.get("srl", NOTHING)
        counts = {"mql": mql.get("entered", 0), "srl": srl.get("entered", 0), "sql": srl.get("converted", 0)}
        found[group["key"][by]] = counts
    for group in wins["groups"]:
        found.setdefault(group["key"][by], {})["won"] = group["won"]["count"]
    return found


async def with_deliveries(visit: Visit, path: str, id_name: str) -> list[Mapping[str, Any]]:
    """The connections or the forms, each with its last deliveries."""
    items = (await visit.api.get(path, limit=MOST_LISTED))["items"]
    asked = (visit.api.get(f"{path}/{each[id_name]}/deliveries", limit=LAST_DELIVERIES) for each in items)
    pages = await asyncio.gather(*asked)
    return [each | {"deliveries": page["items"]} for each, page in zip(items, pages, strict=True)]


async def decide(visit: Visit) -> Response:
    """Releases what waits in quarantine, or discards it."""
    action, found = visit.request.path_params["action"], visit.request.path_params["quarantine_id"]
    bodies = {"release": {}, "discard": {"reason": visit.fields["reason"]}}
    if action not in bodies:
        raise ApiError(404, "Not Found", "the quarantine knows no such command")
    path = f"/intake/v1/quarantine/{quote(found, safe='')}/{action}"
    try:
        written = await visit.api.request("POST", path, body=bodies[action])
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_sources(visit, error)
    return see_other(address(PATH, done=1, after=written.position))


SCREENS = (
    Screen(PATH, show_sources, READS, title="Sources", is_company_wide=True),
    Screen(f"{PATH}/quarantine/{{quarantine_id}}/{{action}}", decide, WRITES, method="POST"),
)
