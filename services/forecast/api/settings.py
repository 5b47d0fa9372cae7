"""The business settings: currency, time zone and calendar."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.forecast.api.org import Admin
from services.forecast.api.question import Reads
from services.forecast.setting.commands import ChangeSettings, SettingsBody
from services.forecast.setting.decider import ALL, DECIDER
from services.forecast.setting.state import MONTHS, TIMEZONE, Change, Settings
from shared.rules.fiscal_year import CalendarRule
from shared.web.call import Accepted

router = APIRouter(tags=["settings"])


class SettingValues(BaseModel):
    """Without a `currency`, an answer is in the deals' own."""

    currency: str | None
    timezone: str
    calendar: str
    calendar_rule: CalendarRule


class ChangeView(BaseModel):
    """What changed, from when on, and when that was set. Null: this one did not change."""

    currency: str | None
    timezone: str | None
    calendar: str | None
    calendar_rule: CalendarRule | None
    starts: datetime
    set_at: datetime


class SettingsView(SettingValues):
    """The settings in force now. `defaults`: those before any change; `history`: all changes, as they were made."""

    defaults: SettingValues
    history: list[ChangeView]


@router.get("/settings")
async def get_settings(call: Reads) -> SettingsView:
    """Get the business settings in force, with their defaults and their history."""
    settings = (await call.fold(DECIDER, ALL, lambda state: [], may_be_new=True)).state
    return settings_view(settings, call.context.clock_and_ids.now())


@router.put("/settings")
async def put_settings(body: SettingsBody, call: Admin) -> Accepted:
    """Change settings from an instant on, by default now. Absent ones stay as they are; nothing is overwritten."""
    done = await call.write(DECIDER, ALL, ChangeSettings(**dict(body)))
    return Accepted(position=done.position)


def settings_view(settings: Settings, now: datetime) -> SettingsView:
    calendar = settings.calendar(now)
    return SettingsView(
        currency=settings.currency(now),
        timezone=settings.timezone(now),
        calendar=calendar.key,
        calendar_rule=calendar.rule,
        defaults=SettingValues(currency=None, timezone=TIMEZONE, calendar=MONTHS.key, calendar_rule=MONTHS.rule),
        history=[change_view(change) for change in settings.changes],
    )


def change_view(change: Change) -> ChangeView:
    return ChangeView(**dict(change.event), set_at=change.at)
