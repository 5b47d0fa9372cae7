"""The page of a lead: where it stands, why it has its score, what has happened to it, and what can be done now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import ApiError
from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.deal_commands import CommandForm, body_of
from funnelcast.pages.screens.lead_commands import BANT, allowed_commands, bant_body
from funnelcast.pages.screens.lead_timeline import timeline_of
from funnelcast.pages.screens.warnings import back_to_page, warnings_for

PATH = "/leads/{lead_id}"
READS, WRITES = ("leads:read",), ("leads:read", "qualification:write")
REASONS = "/qualification/v1/reasons"


@dataclass(frozen=True)
class RefusedLeadCommand:
    """A command that was refused."""

    command: str
    error: ApiError


async def show_lead(visit: Visit, refused: RefusedLeadCommand | None = None) -> Response:
    """Reading the captures with `people:read` names the person, and the API records the access."""
    path = lead_path(visit)
    answer, score, captured, codes = await asyncio.gather(
        visit.api.request("GET", path),
        visit.api.get(f"{path}/score"),
        replace(visit.api, after=None).get(path.replace("/qualification/", "/intake/")),
        visit.api.get(REASONS),
    )
    lead = answer.body
    return visit.page(
        "lead.html",
        refused.error.status if refused else 200,
        title=title_of(lead, captured["person"] or {}),
        lead=lead,
        etag=answer.etag,
        score=score,
        captured=captured,
        timeline=timeline_of(lead, captured),
        bant=[(name, lead["bant"][name]) for name in BANT],
        commands=allowed_commands(lead, codes["reasons"], visit.person),
        may_work=visit.may(*WRITES),
        refused=refused,
        is_done=visit.query["done"] == "1",
        warnings=warnings_for(visit),
    )


def title_of(lead: Mapping[str, Any], person: Mapping[str, str | None]) -> str:
    """The person's name, else the address, else the account."""
    name = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    return name or person.get("email") or lead["account"] or "Lead without a company"


def lead_path(visit: Visit) -> str:
    return f"/qualification/v1/leads/{quote(visit.request.path_params['lead_id'], safe='')}"


async def send_command(visit: Visit) -> Response:
    """Sends the command, on the version that the page showed."""
    name, path = visit.request.path_params["command"], lead_path(visit)
    lead, codes = await asyncio.gather(visit.api.get(path), visit.api.get(REASONS))
    body = body_for(name, lead, allowed_commands(lead, codes["reasons"], visit.person), visit)
    try:
        written = await visit.api.request("POST", f"{path}/{name}", body=body, if_match=visit.fields["etag"])
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_lead(visit, RefusedLeadCommand(name, error))
    return back_to_page(visit, written)


def body_for(name: str, lead: Mapping[str, Any], offered: Sequence[CommandForm], visit: Visit) -> dict[str, Any]:
    """Raises `ApiError` for a command that the lead's state does not allow."""
    if name == "bant":
        return bant_body(lead["bant"], visit.fields)
    command = next((each for each in offered if each.name == name), None)
    if command is None:
        raise ApiError(409, "Conflict", f"a lead that is {lead['lifecycle']} does not allow this now")
    return body_of(command, visit.fields)


SCREENS = (
    Screen(PATH, show_lead, READS),
    Screen(f"{PATH}/{{command}}", send_command, WRITES, method="POST"),
)
