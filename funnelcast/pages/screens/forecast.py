"""The forecast: the roll-up as a tree, what it leaves out, and the overrides and calls of the node at its top."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from funnelcast.pages.api import ApiError, ApiResponse
from funnelcast.pages.formats import in_zone
from funnelcast.pages.question import question_of
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other
from funnelcast.pages.screens.deals import ONLY
from funnelcast.pages.screens.forecast_beside import call_note, find_week
from funnelcast.pages.screens.forecast_tree import find_tree
from funnelcast.pages.screens.periods import neighbours
from funnelcast.pages.screens.waterfall import WORDS

PATH = "/forecast"
READS, WRITES = ("forecast:read",), ("forecast:read", "forecast:write")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "single": ("closed", "commit", "upside", "pipeline"),
    "cumulative": ("closed", "commit", "upside", "pipeline", "open"),
}
CATEGORIES: Mapping[tuple[str, str], str] = {
    ("cumulative", "commit"): "closed,commit",
    ("cumulative", "upside"): "closed,commit,upside",
    ("cumulative", "pipeline"): "closed,commit,upside,pipeline",
    ("cumulative", "open"): "commit,upside,pipeline",
}
"""The category whose deals a column counts, where it is not the column's own."""
OVERRIDABLE = ("commit", "upside", "pipeline")
LISTED = tuple(ONLY)
"""Warnings whose deals can be listed."""
NAMED_NODES = 10
"""The most nodes that a warning links to."""
DONE = {
    "override": "The override is in force.",
    "reset": "The override is reset: the column counts as computed again.",
    "submit": "The call is submitted.",
}


async def show_forecast(visit: Visit, problem: ApiError | None = None) -> Response:
    question = question_of(visit)
    opened = [node for node in visit.query["open"].split(",") if node]
    tree, week = await asyncio.gather(find_tree(visit.api, question, opened), find_week(visit, question))
    return visit.page(
        "forecast.html",
        problem.status if problem else 200,
        tree=tree,
        question=question,
        opened=",".join(opened),
        columns=COLUMNS[question.view],
        categories=categories_of(question.view),
        periods=neighbours(tree.answer["period"]["key"]),
        problem=problem,
        done=DONE.get(visit.query["done"]),
        by=stated_by(visit, tree.top["node_id"]),
        overridable=OVERRIDABLE,
        may_deals=visit.may("forecast:read"),
        warned=LISTED,
        named_nodes=NAMED_NODES,
        calendars=await other_calendars(visit, tree.answer),
        last_week=a_week_before(tree.answer["as_of"], visit.zone),
        kinds=WORDS,
        week=week,
        call_note=await call_note(visit, tree.answer),
    )


async def other_calendars(visit: Visit, answer: Mapping[str, Any]) -> list[str]:
    """The calendars by which overrides may count that do not count in the answer."""
    if "override_other_calendar" not in [each["code"] for each in answer["warnings"]]:
        return []
    found = (await visit.api.get("/forecast/v1/calendars"))["items"]
    return list(dict.fromkeys(each["key"] for each in found if each["key"] != visit.query["calendar"]))


def a_week_before(instant: str, zone: str) -> str:
    """The time a week before, as the picker writes it."""
    return f"{in_zone(instant, zone) - timedelta(days=7):%Y-%m-%dT%H:%M}"


def categories_of(view: str) -> dict[str, str]:
    return {column: CATEGORIES.get((view, column), column) for column in COLUMNS[view]}


def stated_by(visit: Visit, node: str) -> tuple[str, ...]:
    """The roles in which the person may override: as itself at its own node, else as the manager of the nodes below."""
    if visit.person.node is None:
        return ("manager", "self")
    return ("self",) if visit.person.node == node else ("manager",)


# -- writes --------------------------------------------------------------------------------------------------------


async def set_override(visit: Visit) -> Response:
    fields, path = visit.fields, override_path(visit)
    amount = {"amount": fields["amount"], "currency": fields["currency"]}
    body = {"amount": amount, "note": fields["note"]}
    return await write(visit, "override", "PUT", path, body, {"by": fields["by"]})


async def reset_override(visit: Visit) -> Response:
    return await write(visit, "reset", "DELETE", override_path(visit), None, {"by": visit.fields["by"]})


def override_path(visit: Visit) -> str:
    parts = (visit.fields[name] or "-" for name in ("node", "period", "column"))
    return "/forecast/v1/overrides/" + "/".join(part.replace("/", "-") for part in parts)


async def submit_call(visit: Visit) -> Response:
    fields = visit.fields
    currency = fields["currency"]
    amounts = {name: {"amount": fields[name], "currency": currency} for name in OVERRIDABLE if fields.get(name)}
    body = {"node": fields.get("node"), "period": fields.get("period"), "amounts": amounts}
    optional = {name: fields[name] for name in ("note", "week") if fields.get(name)}
    return await write(visit, "submit", "POST", "/forecast/v1/submissions", body | optional, {})


async def write(visit: Visit, done: str, method: str, path: str, body: Any, parameters: Mapping[str, str]) -> Response:
    """Back to the page, which then includes what was written; a refusal stands on the page, with what was typed."""
    try:
        written: ApiResponse = await visit.api.request(method, path, body=body, parameters=parameters)
    except ApiError as error:
        if error.status not in (403, 404, 409, 412, 422):
            raise
        return await show_forecast(visit, error)
    kept = {name: value for name, value in visit.query.items() if name not in ("after", "done")}
    return see_other(address(PATH, kept, done=done, after=written.position) + "#node")


SCREENS = (
    Screen(PATH, show_forecast, READS, title="Forecast"),
    Screen(f"{PATH}/override", set_override, WRITES, method="POST"),
    Screen(f"{PATH}/reset", reset_override, WRITES, method="POST"),
    Screen(f"{PATH}/submit", submit_call, WRITES, method="POST"),
)
