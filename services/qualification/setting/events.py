"""Events of the settings, stored for ever: add, never change."""

import re
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from services.qualification.model.events import Country, Source
from shared.rules.fields import STORED, WHOLE, Day, Instant, Line, Slug
from shared.rules.message import Event, Message, Parser, parser


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
    """The hours from `opens` until `closes` on working days, in the business time zone; not on holidays."""

    days: Annotated[tuple[Weekday, ...], Field(max_length=7, json_schema_extra={"minItems": 1})]
    opens: Hour
    closes: Hour
    holidays: Annotated[tuple[Day, ...], Field(max_length=1000)] = ()

    @field_validator("days")
    @classmethod
    def has_a_day(cls, days: tuple[Weekday, ...], info: ValidationInfo) -> tuple[Weekday, ...]:
        if info.context is not STORED and not days:
            raise ValueError("must have at least one day")
        return days

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> "BusinessHours":
        if self.opens >= self.closes:
            raise ValueError("opens must lie before closes")
        return self


class BusinessHoursChanged(Event):
    type: ClassVar[str] = "setting.business_hours_changed"
    hours: BusinessHours


Employees = Annotated[int, Field(strict=True, ge=0, le=10_000_000), WHOLE]
Countries = Annotated[tuple[Country, ...], Field(max_length=250)]
Sources = Annotated[tuple[Source, ...], Field(max_length=50)]
Sdrs = Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]


class RoutingRule(Message):
    """MQLs with one of these `countries` (ISO 3166-1 alpha-2), one of these `sources`, and a number of employees within
    both limits go to `sdrs` in turn. Without countries, sources or limits any will do."""

    rule: Slug
    countries: Countries = ()
    sources: Sources = ()
    least_employees: Employees | None = None
    most_employees: Employees | None = None
    sdrs: Sdrs

    @field_validator("most_employees")
    @classmethod
    def reaches_the_least(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("least_employees")
        if info.context is not STORED and most is not None and least is not None and most < least:
            raise ValueError("must not be less than least_employees")
        return most

    def is_for(self, source: str, country: str | None, employees: int | None) -> bool:
        return (
            (not self.sources or source in self.sources)
            and (not self.countries or country in self.countries)
            and (self.least_employees is None or (employees is not None and employees >= self.least_employees))
            and (self.most_employees is None or (employees is not None and employees <= self.most_employees))
        )


class Absence(Message):
    """The business days on which an SDR gets no leads, the first and the last among them; without `last`, until the
    settings say otherwise."""

    sdr: Line
    first: Day
    last: Day | None = None

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> "Absence":
        if self.last is not None and self.last < self.first:
            raise ValueError("last must not lie before first")
        return self


class Routing(Message):
    """The first rule that is for an MQL counts. One that no rule is for waits in the queue for anybody."""

    rules: Annotated[tuple[RoutingRule, ...], Field(max_length=200)] = ()
    away: Annotated[tuple[Absence, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def rules_have_different_names(self) -> "Routing":
        if len({rule.rule for rule in self.rules}) < len(self.rules):
            raise ValueError("a rule is named twice")
        return self

    def rule_for(self, source: str, country: str | None, employees: int | None) -> RoutingRule | None:
        return next((rule for rule in self.rules if rule.is_for(source, country, employees)), None)

    def sdr_in_turn(self, rule: str, turn: int, day: date) -> str | None:
        """The SDR whose turn it is among those who are there. None when nobody is, or the rule is gone."""
        present = [
            sdr for found in self.rules if found.rule == rule for sdr in found.sdrs if not self.is_away(sdr, day)
        ]
        return present[turn % len(present)] if present else None

    def is_away(self, sdr: str, day: date) -> bool:
        absences = (each for each in self.away if each.sdr == sdr)
        return any(each.first <= day and (each.last is None or day <= each.last) for each in absences)


class Claims(Message):
    """`lease_minutes`: after them a claim ends if nobody touched the lead since; none: it never ends."""

    lease_minutes: Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 90), WHOLE] | None


class RoutingChanged(Event):
    """The SDRs to whom MQLs go from now on."""

    type: ClassVar[str] = "setting.routing_changed"
    routing: Routing


class ClaimsChanged(Event):
    """The time for which claims hold that begin from now on."""

    type: ClassVar[str] = "setting.claims_changed"
    claims: Claims


SettingEvent = (
    TimezoneChanged | CalendarChanged | ReasonsChanged | BusinessHoursChanged | RoutingChanged | ClaimsChanged
)
PARSE: Parser[SettingEvent] = parser(SettingEvent)
