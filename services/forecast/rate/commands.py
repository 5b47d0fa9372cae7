"""Commands on rates."""

from datetime import date

from services.forecast.rate.events import Rate, Year
from shared.rules.fields import Slug
from shared.rules.message import Command
from shared.rules.money import Currency


class RateBody(Command):
    """Units of `per`, by default the currency of the settings, for one unit of the currency. `source`: who quotes.
    `quote`: the number as it was quoted, where that was the inverse."""

    rate: Rate
    per: Currency | None = None
    source: Slug | None = None
    quote: Rate | None = None


class SetRate(RateBody):
    """Sets the rate that holds from this day on."""

    currency: Currency
    day: date


class SetPlanRate(RateBody):
    """Sets the rate that holds for all of a fiscal year."""

    currency: Currency
    year: Year


RateCommand = SetRate | SetPlanRate
