"""The settings of qualification."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.qualification.setting import commands, default
from services.qualification.setting.decider import ALL, DECIDER
from services.qualification.setting.events import BusinessHours, Claims, ReasonKind, Routing, Weekday
from services.qualification.setting.state import Settings
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["settings"])
ReadsAnywhere = Annotated[Call, Depends(Needs("leads:read", place=PlaceRule.UNAFFECTED))]


class ReasonsView(BaseModel):
    """The codes that each kind of command takes."""

    mark_mql: list[str]
    reject: list[str]
    nurture: list[str]


class ReasonCodesView(BaseModel):
    """`timezone`: in which days begin and end."""

    reasons: ReasonsView
    timezone: str


class BusinessHoursView(BaseModel):
    """The hours from `opens` until `closes` on these weekdays, in the business time zone; not on holidays."""

    days: list[Weekday]
    opens: str
    closes: str
    holidays: list[date]


class SettingValues(BaseModel):
    """`timezone` and `calendar` are set at forecast and copied from there."""

    timezone: str
    calendar: str
    reasons: ReasonsView
    business_hours: BusinessHoursView
    routing: Routing
    claims: Claims


class SettingsView(SettingValues):
    """The settings in force now. `defaults`: those in force until the first change."""

    defaults: SettingValues


@router.get("/settings")
async def get_settings(call: Annotated[Call, Depends(Needs("leads:read"))]) -> SettingsView:
    """Get the reasons, the business hours, the routing of MQLs, the lease of claims, the business time zone and the
    calendar, each with its default."""
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return settings_view(settings, call.context.clock_and_ids.now())


@router.get("/reasons")
async def get_reasons(
    call: Annotated[Call, Depends(Needs("leads:read", place=PlaceRule.UNAFFECTED))],
) -> ReasonCodesView:
    """Get the codes of reasons that commands take, and the business time zone. Confined callers may ask, too."""
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return ReasonCodesView(
        reasons=reasons_view(settings.reasons), timezone=settings.timezone(call.context.clock_and_ids.now())
    )


@router.put("/settings")
async def put_settings(command: commands.ChangeSettings, call: Annotated[Call, Depends(Needs("admin"))]) -> Accepted:
    """Set what is given: the reasons of a kind, the business hours, the routing of MQLs to SDRs, the lease of claims. A
    code that is no longer among the reasons is refused from now on; events that have it stay as they are."""
    done = await call.write(DECIDER, ALL, command)
    return Accepted(position=done.position)


def settings_view(settings: Settings, now: datetime) -> SettingsView:
    defaults = SettingValues(
        timezone=default.TIMEZONE,
        calendar=default.CALENDAR,
        reasons=reasons_view(default.REASONS),
        business_hours=business_hours_view(default.BUSINESS_HOURS),
        routing=default.ROUTING,
        claims=default.CLAIMS,
    )
    return SettingsView(
        timezone=settings.timezone(now),
        calendar=settings.calendar(now),
        reasons=reasons_view(settings.reasons),
        business_hours=business_hours_view(settings.business_hours),
        routing=settings.routing,
        claims=settings.claims,
        defaults=defaults,
    )


def reasons_view(reasons: Mapping[ReasonKind, tuple[str, ...]]) -> ReasonsView:
    return ReasonsView.model_validate({kind.value: sorted(codes) for kind, codes in reasons.items()})


def business_hours_view(hours: BusinessHours) -> BusinessHoursView:
    return BusinessHoursView.model_validate(hours.model_dump(mode="json"))
