"""Every event this service stores: what its projections and its topic may contain."""

from services.forecast.org.events import OrgEvent
from shared.rules.message import Parser, parser

ForecastEvent = OrgEvent
PARSE: Parser[ForecastEvent] = parser(ForecastEvent)
