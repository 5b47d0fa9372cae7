"""Events of the settings, stored for ever: add, never change."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema, model_validator

from services.pipeline.opportunity.events import Motion
from shared.rules.fields import Instant, Label, Line, Slug
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Event, Message, Parser, parser
from shared.rules.money import plain_decimal, text


class ReasonKind(StrEnum):
    """The commands that need a reason."""

    LOSE = "lose"
    RECYCLE = "recycle"
    REOPEN = "reopen"
    CORRECT = "correct"


class Measure(StrEnum):
    MQL_TO_SRL = "mql_to_srl"
    SRL_TO_SQL = "srl_to_sql"
    WIN_RATE = "win_rate"


def share_of_one(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError("must lie between 0 and 1")
    return value


Share = Annotated[
    Decimal,
    BeforeValidator(plain_decimal),
    AfterValidator(share_of_one),
    PlainSerializer(text, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^(0(\.[0-9]{1,10})?|1(\.0{1,10})?)$", "examples": ["0.25"]}),
]


class Band(Message):
    """Between which rates a measure is as it should be, for a source and a motion. None: for any."""

    measure: Measure
    source: Label | None = None
    motion: Motion | None = None
    low: Share
    high: Share

    @model_validator(mode="after")
    def is_in_order(self) -> "Band":
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class TimezoneChanged(Event):
    """`timezone`: a name of the IANA database. `starts`: since when it is the business time zone."""

    type: ClassVar[str] = "setting.timezone_changed"
    timezone: Line
    starts: Instant


class CalendarChanged(Event):
    """`calendar`: the key of one of forecast's calendars, and `rule` what it means. Without a rule it is calendar
    years. `starts`: since when periods follow it."""

    type: ClassVar[str] = "setting.calendar_changed"
    calendar: Slug
    rule: CalendarRule | None = None
    starts: Instant


class ReasonsChanged(Event):
    """The codes that a kind of command takes from now on. Codes in stored events stay."""

    type: ClassVar[str] = "setting.reasons_changed"
    kind: ReasonKind
    reasons: tuple[Slug, ...]


class BenchmarksChanged(Event):
    """All bands that hold from now on. `minimum_sample`: with fewer than so many there is no rate."""

    type: ClassVar[str] = "setting.benchmarks_changed"
    minimum_sample: int
    bands: tuple[Band, ...]


SettingEvent = TimezoneChanged | CalendarChanged | ReasonsChanged | BenchmarksChanged
PARSE: Parser[SettingEvent] = parser(SettingEvent)
