"""The settings of intake."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.ingestion.capture_request import BACKDATED
from services.lead_intake.lead.repeats import SECOND_CLICK
from services.lead_intake.setting import commands, default
from services.lead_intake.setting.decider import ALL, DECIDER
from services.lead_intake.setting.events import ReasonKind
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["settings"])


class ReasonsView(BaseModel):
    """The codes that each kind of command takes."""

    discard: list[str]


class SettingValues(BaseModel):
    reasons: ReasonsView


class SettingsView(SettingValues):
    """The settings in force now. `defaults`: those in force until the first change. Fixed are `second_click_seconds`,
    within which a further capture for the same source and asset is of one engagement, and `backdated_days`, how long
    ago an engagement may be for a key without `history:write`."""

    defaults: SettingValues
    second_click_seconds: int
    backdated_days: int


@router.get("/settings")
async def get_settings(call: Annotated[Call, Depends(Needs("leads:read"))]) -> SettingsView:
    """Get the reasons, with their defaults, and the rules that cannot be changed."""
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return SettingsView(
        reasons=ReasonsView(discard=sorted(settings.reasons[ReasonKind.DISCARD])),
        defaults=SettingValues(reasons=ReasonsView(discard=sorted(default.REASONS))),
        second_click_seconds=int(SECOND_CLICK.total_seconds()),
        backdated_days=BACKDATED.days,
    )


@router.put("/settings")
async def put_settings(command: commands.SetReasons, call: Annotated[Call, Depends(Needs("admin"))]) -> Accepted:
    """Set the reasons for which deliveries in quarantine are discarded. Another code is refused from now on; events
    that have it stay as they are."""
    return Accepted(position=(await call.write(DECIDER, ALL, command)).position)
