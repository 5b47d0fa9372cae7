"""What has happened to the settings. Stored for ever: add, never change."""

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from services.qualification.setting.routing import Claims, Routing
from shared.rules.message import Day, Event, Instant, Line, Message, Parser, Slug, parser


class ReasonKind(StrEnum):
    """The commands that need a reason."""

    MARK_MQL = "mark_mql"
    REJECT = "reject"
    NURTURE = "nurture"


class Weekday(StrEnum):
    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


def clock_time(text: Any) -> Any:
    if isinstance(text, time):
        return text
    if isinstance(text, str) and HOUR.fullmatch(text):
        return time.fromisoformat(text)
    raise ValueError("must be an hour and minute such as 09:00")


HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
Hour = Annotated[
    time,
    PlainValidator(clock_time),
    PlainSerializer(lambda hour: hour.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{HOUR.pattern}$", "examples": ["09:00"]}),
]


class TimezoneChanged(Event):
    """`timezone`: a name of the IANA database. `starts`: since when it is the business time zone."""

    type: ClassVar[str] = "setting.timezone_changed"
    timezone: Line
    starts: Instant


class CalendarChanged(Event):
    """`calendar`: the key of one of forecast's calendars. `starts`: since when periods follow it."""

    type: ClassVar[str] = "setting.calendar_changed"
    calendar: Slug
    starts: Instant


class ReasonsChanged(Event):
    """The codes that a kind of command takes from now on. Codes in stored events stay."""

    type: ClassVar[str] = "setting.reasons_changed"
    kind: ReasonKind
    reasons: tuple[Slug, ...]


class BusinessHours(Message):
    """From `opens` until `closes` on working days, in the business time zone; not on holidays."""

    days: Annotated[tuple[Weekday, ...], Field(max_length=7)]
    opens: Hour
    closes: Hour
    holidays: Annotated[tuple[Day, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> "BusinessHours":
        if self.opens >= self.closes:
            raise ValueError("opens must lie before closes")
        return self


class BusinessHoursChanged(Event):
    type: ClassVar[str] = "setting.business_hours_changed"
    hours: BusinessHours


class RoutingChanged(Event):
    """The SDRs to whom MQLs go from now on."""

    type: ClassVar[str] = "setting.routing_changed"
    routing: Routing


class ClaimsChanged(Event):
    """How long claims hold that begin from now on."""

    type: ClassVar[str] = "setting.claims_changed"
    claims: Claims


SettingEvent = (
    TimezoneChanged | CalendarChanged | ReasonsChanged | BusinessHoursChanged | RoutingChanged | ClaimsChanged
)
PARSE: Parser[SettingEvent] = parser(SettingEvent)
