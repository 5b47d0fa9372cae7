"""The page of a deal: its state, its stages as a line in time, everything that has happened to it, and what can be done
now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.deal_commands import Choices, CommandForm, allowed_commands, body_of
from funnelcast.pages.screens.names import names_of_nodes
from funnelcast.pages.screens.stage_line import stage_line
from funnelcast.pages.screens.warnings import back_to_page, warnings_for

PATH = "/deals/{deal_id}"
READS, WRITES = ("pipeline:read",), ("pipeline:read", "pipeline:write")
STALE = 412
HISTORY = 500
"""Events that are listed."""


@dataclass(frozen=True)
class RefusedDealCommand:
    """A command that was refused. `version`: of the page that it was sent from."""

    command: str
    error: ApiError
    version: int


async def show_deal(visit: Visit, refused: RefusedDealCommand | None = None) -> Response:
    path = deal_path(visit)
    answer = await visit.api.request("GET", path)
    deal = answer.body
    visits = (await visit.api.get(f"{path}/history"))["visits"]
    timeline = (await visit.api.get(f"{path}/timeline", limit=HISTORY))["items"]
    choices = await find_choices(visit.api, deal["pipeline"])
    return visit.page(
        "deal.html",
        refused.error.status if refused else 200,
        deal=deal,
        etag=answer.etag,
        visits=visits,
        line=stage_line(visits, visit.request.app.state.now(), is_over=deal["outcome"] is not None),
        timeline=timeline[::-1],
        missed=missed(timeline, refused),
        people=await names_of_nodes(visit, people_of(deal, timeline)),
        commands=allowed_commands(deal, choices, visit.person),
        refused=refused,
        is_done=visit.query.get("done") == "1",
        warnings=warnings_for(visit),
    )


def people_of(deal: Mapping[str, Any], timeline: Sequence[Mapping[str, Any]]) -> list[str]:
    return [deal["owner"], *(each for entry in timeline for each in (entry["by"], *entry["owners"]))]


def deal_path(visit: Visit) -> str:
    return f"/pipeline/v1/opportunities/{quote(visit.request.path_params['deal_id'], safe='')}"


async def find_choices(api: Api, pipeline: str) -> Choices:
    processes = (await api.get("/pipeline/v1/stages"))["items"]
    process = next((each for each in processes if each["pipeline"] == pipeline), None)
    reasons = (await api.get("/pipeline/v1/reasons"))["reasons"]
    if process is None:
        return Choices((), (), reasons)
    stages = [each["stage"] for each in process["stages"]]
    first = stages.index(process["first_qualified"])
    return Choices(stages[:first], stages[first:], reasons)


def missed(timeline: Sequence[Mapping[str, Any]], refused: RefusedDealCommand | None) -> list[Mapping[str, Any]]:
    """The events after the page was loaded from which a command was sent that came too late."""
    if refused is None or refused.error.status != STALE:
        return []
    return [entry for entry in timeline if entry["version"] > refused.version]


# -- commands ------------------------------------------------------------------------------------------------------


async def send_command(visit: Visit) -> Response:
    """Sends the command, on the version that the page showed."""
    name, etag = visit.request.path_params["command"], visit.fields["etag"]
    deal = await visit.api.get(deal_path(visit))
    command = await find_command(visit, deal, name)
    path = f"{deal_path(visit)}/{command.name}"
    try:
        written = await visit.api.request("POST", path, body=body_of(command, visit.fields), if_match=etag)
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_deal(visit, RefusedDealCommand(name, error, version_of(etag)))
    return back_to_page(visit, written)


async def find_command(visit: Visit, deal: Mapping[str, Any], name: str) -> CommandForm:
    """The command of this name, also one that was allowed when the page was loaded. Raises `ApiError` for one that does
    not exist."""
    choices = await find_choices(visit.api, deal["pipeline"])
    states = [deal, *({**deal, "outcome": outcome, "qualified": outcome is None} for outcome in (None, "won"))]
    offered = {each.name: each for state in states for each in allowed_commands(state, choices, visit.person)}
    if name not in offered:
        raise ApiError(404, "Not Found", "a deal knows no such command")
    return offered[name]


def version_of(etag: str) -> int:
    digits = etag.removeprefix("W/").strip('"')
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


SCREENS = (
    Screen(PATH, show_deal, READS),
    Screen(f"{PATH}/{{command}}", send_command, WRITES, method="POST"),
)
