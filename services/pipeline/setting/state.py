"""The settings at every instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from services.pipeline.setting import default, events
from services.pipeline.setting.events import Band, Measure, ReasonKind
from shared.rules.fiscal_year import CalendarRule, quarter_of
from shared.rules.message import InvalidField

T = TypeVar("T")
Timeline = Mapping[datetime, T]
"""A setting's values by the instant from which each holds."""


class Calendar(NamedTuple):
    """Forecast's key for it, and what it means."""

    key: str
    rule: CalendarRule


CALENDAR_YEARS = Calendar(default.CALENDAR, CalendarRule())


@dataclass(frozen=True)
class Benchmarks:
    """`minimum_sample`: with fewer than so many there is no rate."""

    minimum_sample: int = default.MINIMUM_SAMPLE
    bands: tuple[Band, ...] = default.BANDS

    def band(self, measure: Measure, source: str | None, motion: str | None) -> Band | None:
        """The band of the source and the motion; of several that fit, the one for this source, then the one for this
        motion."""
        fitting = [
            band
            for band in self.bands
            if band.measure is measure and band.source in (None, source) and band.motion in (None, motion)
        ]
        return max(fitting, key=lambda band: (band.source is not None, band.motion is not None), default=None)


@dataclass(frozen=True)
class Settings:
    timezones: Timeline[str] = field(default_factory=dict)
    calendars: Timeline[Calendar] = field(default_factory=dict)
    reasons: Mapping[ReasonKind, tuple[str, ...]] = field(default_factory=lambda: default.REASONS)
    benchmarks: Benchmarks = Benchmarks()

    def timezone(self, at: datetime) -> str:
        return value_at(self.timezones, at, default.TIMEZONE)

    def calendar(self, at: datetime) -> Calendar:
        return value_at(self.calendars, at, CALENDAR_YEARS)

    def business_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone(at))).date()

    def start_of_day(self, day: date) -> datetime:
        """The instant at which the business day begins."""
        zone = ZoneInfo(self.timezone(datetime.combine(day, time(), UTC)))
        return datetime.combine(day, time(), zone).astimezone(UTC)

    def end_of_day(self, day: date) -> datetime:
        """The instant before which the business day ends."""
        return self.start_of_day(day + timedelta(days=1))

    def is_over(self, day: date, at: datetime) -> bool:
        """Whether the fiscal quarter of the day is over at that instant."""
        rule = self.calendar(at).rule
        return quarter_of(rule, day) < quarter_of(rule, self.business_day(at))

    def must_allow(self, kind: ReasonKind, reason: str) -> None:
        allowed = self.reasons[kind]
        if reason not in allowed:
            raise InvalidField("/reason", f"must be one of {', '.join(sorted(allowed))}")


def value_at(timeline: Timeline[T], at: datetime, before: T) -> T:
    """`before`: the value before the first instant of the timeline."""
    started = [starts for starts in timeline if starts <= at]
    return timeline[max(started)] if started else before


def calendar_of(event: events.CalendarChanged) -> Calendar:
    return Calendar(event.calendar, event.rule or CALENDAR_YEARS.rule)


def evolve(settings: Settings, event: events.SettingEvent, at: datetime) -> Settings:
    match event:
        case events.TimezoneChanged():
            return replace(settings, timezones={**settings.timezones, event.starts: event.timezone})
        case events.CalendarChanged():
            return replace(settings, calendars={**settings.calendars, event.starts: calendar_of(event)})
        case events.ReasonsChanged():
            return replace(settings, reasons={**settings.reasons, event.kind: event.reasons})
        case events.BenchmarksChanged():
            return replace(settings, benchmarks=Benchmarks(event.minimum_sample, event.bands))
