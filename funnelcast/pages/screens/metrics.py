"""Measures of the pipeline: volume, value, conversion and velocity of a window, with what they are judged by."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.measured_deals import path_of_list
from funnelcast.pages.screens.names import names_of_nodes
from funnelcast.pages.screens.rate_chart import Rate, rate_chart
from funnelcast.pages.screens.window import window_of

PATH = "/metrics"
DAYS = 90
"""The days of the window, unless the person chooses one."""
MOST_GROUPS = 200
"""The most groups that a table shows."""
DIMENSIONS = ("source", "mql_source", "campaign", "owner", "motion", "approach", "pipeline", "product")
FOLDER = "/pipeline/v1/metrics"
STATUSES: Mapping[str | None, str] = {
    "within": "within its band",
    "below": "below its band",
    "above": "above its band",
    "insufficient_history": "insufficient history",
    None: "no band applies",
}


async def show_metrics(visit: Visit) -> Response:
    query = visit.query
    window = window_of(visit, DAYS)
    asked = window | {"by": query["by"] if query["by"] in DIMENSIONS else None}
    volume, funnel, velocity, wins, cost, processes = await asyncio.gather(
        visit.api.get(f"{FOLDER}/pipeline", **asked),
        visit.api.get(f"{FOLDER}/funnel", **asked),
        visit.api.get(f"{FOLDER}/velocity", **window),
        visit.api.get(f"{FOLDER}/win-rate", **asked),
        visit.api.get_if_allowed(f"{FOLDER}/cost-per-sql", **window),
        visit.api.get("/pipeline/v1/stages"),
    )
    shown = [each["groups"][:MOST_GROUPS] for each in (volume, funnel, wins)]
    owners = [group["key"]["owner"] for groups in shown for group in groups] if asked["by"] == "owner" else []
    return visit.page(
        "metrics.html",
        people=await names_of_nodes(visit, owners),
        window=window,
        by=asked["by"],
        groups=max(len(each["groups"]) for each in (volume, funnel, wins)),
        most_groups=MOST_GROUPS,
        dimensions=DIMENSIONS,
        volume=volume,
        funnel=funnel,
        velocity=velocity,
        stages=in_order(velocity["total"]["stages"], processes["items"]),
        wins=wins,
        cost=cost,
        statuses=STATUSES,
        path_of_list=path_of_list,
        chart=rate_chart(rates(funnel, wins)),
        warnings={each["code"]: each for answer in (volume, velocity, wins) for each in answer["warnings"]}.values(),
    )


def in_order(stages: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The stages as deals go through them; last those that a process does not have any more."""
    places = {
        (process["pipeline"], each["stage"]): number
        for process in processes
        for number, each in enumerate(process["stages"])
    }
    last = len(places)
    return sorted(stages, key=lambda each: (each["pipeline"], places.get((each["pipeline"], each["stage"]), last)))


def rates(funnel: Mapping[str, Any], wins: Mapping[str, Any]) -> list[Rate]:
    """The rates of all groups together."""
    steps = [
        Rate(step_name(step), step["rate"], step["band"], f"{step['converted']} of {step['entered']}")
        for step in funnel["steps"]
    ]
    won = wins["total"]["by_count"]
    return [*steps, Rate("Won of qualified", won["rate"], won["band"], f"{won['part']} of {won['sample']}")]


def step_name(step: Mapping[str, Any]) -> str:
    return f"{step['from'].upper()} to {step['to'].upper()}"


SCREENS = (Screen(PATH, show_metrics, ("pipeline:read",), title="Metrics"),)
