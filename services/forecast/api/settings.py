"""The business settings, dated; and the fiscal calendars that they may name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from services.forecast.answers.question import ANY_CURRENCY
from services.forecast.api.org import Admin
from services.forecast.setting.commands import CalendarBody, ChangeSettings, DefineCalendar, SettingsBody
from services.forecast.setting.decider import ALL, DECIDER
from services.forecast.setting.events import SettingChanged
from services.forecast.setting.state import MONTHS, SettingChange, Settings
from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import Slug
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Missing
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["settings"])


class SettingsInForce(BaseModel):
    """Without a `currency`, an answer is in the deals' own. `stale_after`: days after which an override is stale.
    `weekly_lock`: whether each fiscal week is locked at its end."""

    currency: str | None
    timezone: str
    calendar: str
    calendar_rule: CalendarRule
    rate_policy: RatePolicy
    measure: str
    stale_after: int
    weekly_lock: bool


class ChangeView(BaseModel):
    """A change of the settings: what, from when on, when and by whose key. Null: this one did not change."""

    currency: str | None
    timezone: str | None
    calendar: str | None
    calendar_rule: CalendarRule | None
    rate_policy: RatePolicy | None
    measure: str | None
    stale_after: int | None
    weekly_lock: bool | None
    starts: datetime
    set_at: datetime
    set_by: str


class SettingsView(SettingsInForce):
    """The settings in force now. `defaults`: those before any change; `history`: all changes, as they were made.
    `fallback_currency`: of an answer that no currency is set for and no deal gives one to."""

    fallback_currency: str
    defaults: SettingsInForce
    history: list[ChangeView]


class CalendarView(BaseModel):
    """A version of a calendar. `defined_at`: null for the one that is there from the beginning."""

    key: str
    rule: CalendarRule
    defined_at: datetime | None


class CalendarsView(BaseModel):
    """All versions of all calendars, as they were defined; of a key the last one counts for new questions.
    `timezone`: of the business, in which the days of every calendar begin and end. `next`: null, this is one page."""

    items: list[CalendarView]
    next: str | None = None
    timezone: str


@router.get("/settings")
async def get_settings(call: Annotated[Call, Depends(Needs("forecast:read"))]) -> SettingsView:
    """Get the business settings in force, with their defaults and their history."""
    try:
        recorded = (await call.history(DECIDER, ALL, no_texts)).recorded
    except Missing:  # no change was made yet
        return settings_view(await folded_settings(call), [], call.context.clock_and_ids.now())
    settings = DECIDER.fold((each.event, each.occurred_at) for each in recorded)
    makers = [each.actor for each in recorded if isinstance(each.event, SettingChanged)]
    return settings_view(settings, makers, call.context.clock_and_ids.now())


@router.put("/settings")
async def put_settings(body: SettingsBody, call: Admin) -> Accepted:
    """Change settings from an instant on, by default now. Absent ones stay as they are; nothing is overwritten."""
    done = await call.write(DECIDER, ALL, ChangeSettings(**dict(body)))
    return Accepted(position=done.position)


@router.get("/calendars")
async def list_calendars(
    call: Annotated[Call, Depends(Needs("forecast:read", place=PlaceRule.UNAFFECTED))],
) -> CalendarsView:
    """List the fiscal calendars, with their earlier versions. Confined callers may ask, too."""
    settings = await folded_settings(call)
    views = [CalendarView(**each.calendar._asdict(), defined_at=each.at) for each in settings.versions]
    timezone = in_force(settings, call.context.clock_and_ids.now()).timezone
    return CalendarsView(items=[CalendarView(**MONTHS._asdict(), defined_at=None), *views], timezone=timezone)


@router.put("/calendars/{key}")
async def put_calendar(key: Annotated[Slug, Path()], body: CalendarBody, call: Admin) -> Accepted:
    """Define a fiscal calendar, or a new version of one. Answers of earlier instants keep the version of then."""
    done = await call.write(DECIDER, ALL, DefineCalendar(key=key, rule=CalendarRule(**dict(body))))
    return Accepted(position=done.position)


async def folded_settings(call: Call) -> Settings:
    return (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state


def settings_view(settings: Settings, makers: Sequence[str], now: datetime) -> SettingsView:
    """`makers`: of the changes."""
    return SettingsView(
        **dict(in_force(settings, now)),
        fallback_currency=ANY_CURRENCY,
        defaults=in_force(Settings(), now),
        history=[change_view(change, by) for change, by in zip(settings.changes, makers, strict=True)],
    )


def in_force(settings: Settings, at: datetime) -> SettingsInForce:
    calendar = settings.calendar(at)
    return SettingsInForce(calendar=calendar.key, calendar_rule=calendar.rule, **settings.values(at)._asdict())


def change_view(change: SettingChange, by: str) -> ChangeView:
    return ChangeView(**dict(change.event), set_at=change.at, set_by=by)
