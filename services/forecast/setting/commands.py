"""Commands on the settings."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from services.forecast.periods.starts import From
from services.forecast.setting.timezones import Timezone
from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import WHOLE, Flag, Label, Slug
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Command, Message
from shared.rules.money import Currency

DAYS = re.compile(r"P([0-9]{1,4})D|([0-9]{1,4})d")
LONGEST = 3650


def number_of_days(value: Any) -> Any:
    found = DAYS.fullmatch(value) if isinstance(value, str) else None
    return int(found[1] or found[2]) if found else value


Days = Annotated[
    int,
    Field(strict=True, ge=1, le=LONGEST),
    WHOLE,
    BeforeValidator(number_of_days),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": LONGEST},
                {"type": "string", "pattern": f"^({DAYS.pattern})$", "examples": ["14d"]},
            ]
        }
    ),
]
"""Days, as a number or written as `14d` or `P14D`."""


class MonthsRule(Message):
    """Fiscal years of twelve months, from the first of `starts_month`. `year_named_by`: whether the year in which it
    starts or ends gives a fiscal year its number."""

    starts_month: Annotated[int, Field(ge=1, le=12)]
    year_named_by: Literal["start", "end"] = "start"


class SettingsBody(Command):
    """Absent settings stay as they are. `calendar`: `months` for calendar years, or the key of a calendar of your own,
    which needs its `calendar_rule` where it is new. `rate_policy`: of roll-ups that do not name one. `measure`: what
    amounts are called, such as bookings or ARR. `stale_after`: days after which an override is stale. `weekly_lock`:
    whether each fiscal week is locked at its end. Without `from`: from now on."""

    currency: Currency | None = None
    timezone: Timezone | None = None
    calendar: Slug | None = None
    calendar_rule: MonthsRule | None = None
    rate_policy: RatePolicy | None = None
    measure: Label | None = None
    stale_after: Days | None = None
    weekly_lock: Flag | None = None
    starts: From | None = Field(None, alias="from")


class ChangeSettings(Command):
    currency: str | None = None
    timezone: str | None = None
    calendar: str | None = None
    calendar_rule: MonthsRule | None = None
    rate_policy: RatePolicy | None = None
    measure: str | None = None
    stale_after: int | None = None
    weekly_lock: bool | None = None
    starts: datetime | None = None


class CalendarBody(CalendarRule):
    """The rule of a fiscal calendar. `anchor`, `week_starts`: which day near the nominal start begins a year of the
    week patterns."""

    model_config = ConfigDict(extra="forbid")

    starts_month: Annotated[int, Field(ge=1, le=12)]


class DefineCalendar(Command):
    """A new calendar, or a new version of one."""

    key: Slug
    rule: CalendarRule


SettingCommand = ChangeSettings | DefineCalendar
