"""The settings at every instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.qualification.metrics.business_hours import after_business_time
from services.qualification.setting import default, events
from services.qualification.setting.events import BusinessHours, Claims, ReasonKind, Routing
from shared.rules.message import InvalidField

Timeline = Mapping[datetime, str]
"""A setting's values by the instant from which each holds."""


@dataclass(frozen=True)
class Settings:
    """`own_hours`: the business hours, once somebody has set them."""

    timezones: Timeline = field(default_factory=dict)
    calendars: Timeline = field(default_factory=dict)
    reasons: Mapping[ReasonKind, tuple[str, ...]] = field(default_factory=lambda: default.REASONS)
    own_hours: BusinessHours | None = None
    routing: Routing = default.ROUTING
    claims: Claims = default.CLAIMS

    def timezone(self, at: datetime) -> str:
        return value_at(self.timezones, at, default.TIMEZONE)

    def calendar(self, at: datetime) -> str:
        return value_at(self.calendars, at, default.CALENDAR)

    def business_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone(at))).date()

    def start_of_day(self, day: date) -> datetime:
        """The instant at which the business day begins."""
        return self.start_of(day, datetime.combine(day, time(), UTC))

    def start_of(self, day: date, at: datetime) -> datetime:
        """The instant at which the day begins in the time zone that is in force at `at`."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone(at))).astimezone(UTC)

    @property
    def business_hours(self) -> BusinessHours:
        return self.own_hours or default.BUSINESS_HOURS

    def after_minutes(self, at: datetime, minutes: int) -> datetime:
        """The instant so many minutes later: of business time if business hours were set, else of the clock."""
        span = timedelta(minutes=minutes)
        if self.own_hours is None:
            return at + span
        return after_business_time(self.own_hours, ZoneInfo(self.timezone(at)), at, span)

    def end_of_claim(self, at: datetime) -> datetime | None:
        """The end of a claim that begins at this instant; None: it never ends."""
        minutes = self.claims.lease_minutes
        return None if minutes is None else at + timedelta(minutes=minutes)

    def must_allow(self, kind: ReasonKind, reason: str) -> None:
        allowed = self.reasons[kind]
        if reason not in allowed:
            raise InvalidField("/reason", f"must be one of {', '.join(sorted(allowed))}")


def value_at(timeline: Timeline, at: datetime, before: str) -> str:
    """`before`: the value before the first instant of the timeline."""
    started = [starts for starts in timeline if starts <= at]
    return timeline[max(started)] if started else before


def evolve(settings: Settings, event: events.SettingEvent, at: datetime) -> Settings:
    match event:
        case events.TimezoneChanged():
            return replace(settings, timezones={**settings.timezones, event.starts: event.timezone})
        case events.CalendarChanged():
            return replace(settings, calendars={**settings.calendars, event.starts: event.calendar})
        case events.ReasonsChanged():
            return replace(settings, reasons={**settings.reasons, event.kind: event.reasons})
        case events.BusinessHoursChanged():
            return replace(settings, own_hours=event.hours)
        case events.RoutingChanged():
            return replace(settings, routing=event.routing)
        case events.ClaimsChanged():
            return replace(settings, claims=event.claims)
