"""What has happened to the settings. Stored for ever: add, never change."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from shared.rules.message import Event, Instant, Line, Message, Parser, Slug, parser
from shared.rules.money import Currency

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Anchor = Literal["nearest", "last", "on_or_before", "on_or_after"]


class CalendarRule(Message):
    """With the pattern `months`, periods begin on `starts_day` of each month. The other patterns are the weeks of a
    quarter's three periods: the year then begins on the weekday `week_starts` that `anchor` finds for month and day,
    and a 53rd week belongs to the last period. `year_named_by`: whether the year's first or last day gives it its
    number."""

    starts_month: Annotated[int, Field(ge=1, le=12)] = 1
    starts_day: Annotated[int, Field(ge=1, le=28)] = 1
    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"
    anchor: Anchor = "nearest"
    week_starts: Weekday = "monday"
    year_named_by: Literal["start", "end"] = "start"
    leap_week: Literal["last_period"] = "last_period"

    @model_validator(mode="after")
    def anchors_need_weeks(self) -> "CalendarRule":
        if self.pattern == "months" and self.anchor != "nearest":
            raise ValueError("an anchor needs a pattern of weeks")
        return self


class SettingChanged(Event):
    """Only what changed is set. `timezone`: a name of the IANA database. `calendar`: a calendar's key, and
    `calendar_rule` what it means. `starts`: the instant from which on they hold."""

    type: ClassVar[str] = "setting.changed"
    currency: Currency | None = None
    timezone: Line | None = None
    calendar: Slug | None = None
    calendar_rule: CalendarRule | None = None
    starts: Instant


SettingEvent = SettingChanged
PARSE: Parser[SettingEvent] = parser(SettingEvent)
