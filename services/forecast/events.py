"""All events that this service stores: its projections, its feed and its topic contain no others."""

from services.forecast.org.events import OrgEvent
from services.forecast.override.events import AnyOverrideEvent
from services.forecast.quota.events import QuotaSet
from services.forecast.rate.events import AnyRateEvent
from services.forecast.setting.events import SettingEvent
from services.forecast.snapshot.events import WeekLocked
from services.forecast.submission.events import CallSubmitted
from shared.rules.message import Parser, members, parser

ForecastEvent = OrgEvent | SettingEvent | AnyRateEvent | QuotaSet | AnyOverrideEvent | CallSubmitted | WeekLocked
PARSE: Parser[ForecastEvent] = parser(ForecastEvent)
PUBLIC = frozenset(event.type for event in members(ForecastEvent))
"""Types of the public events, which the feed contains."""
KINDS = ("org", "setting", "rate", "quota", "override", "submission", "snapshot")
"""The kinds of streams that have such events."""
