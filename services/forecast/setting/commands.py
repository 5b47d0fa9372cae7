"""What one may ask of the settings."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.forecast.periods.starts import From
from services.forecast.setting.timezones import Timezone
from shared.rules.message import Command, Message, Slug
from shared.rules.money import Currency


class MonthsRule(Message):
    """Fiscal years of twelve months, from the first of `starts_month`. `year_named_by`: whether the year in which it
    starts or ends gives a fiscal year its number."""

    starts_month: Annotated[int, Field(ge=1, le=12)]
    year_named_by: Literal["start", "end"] = "start"


class SettingsBody(Command):
    """Absent settings stay as they are. `calendar`: `months` for calendar years, or a key of your own, which needs its
    `calendar_rule` where it is new. Without `from`: from now on."""

    currency: Currency | None = None
    timezone: Timezone | None = None
    calendar: Slug | None = None
    calendar_rule: MonthsRule | None = None
    starts: From | None = Field(None, alias="from")


class ChangeSettings(Command):
    currency: str | None = None
    timezone: str | None = None
    calendar: str | None = None
    calendar_rule: MonthsRule | None = None
    starts: datetime | None = None
