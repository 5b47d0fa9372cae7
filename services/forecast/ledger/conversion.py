"""Amounts in one currency, by dated rates. Pure; the view that shows a sum rounds it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from operator import itemgetter

from services.forecast.snapshot.events import RatePolicy

EXACT = Context(prec=40)
"""Sums have at most 24 digits: what is rounded here is far below any minor unit."""


@dataclass(frozen=True)
class RateTable:
    """Rates by day, sorted, and planned rates by fiscal year: what one unit of a currency is worth in `per`."""

    per: str
    daily: Mapping[str, Sequence[tuple[date, Decimal]]] = field(default_factory=dict)
    planned: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)

    def on(self, currency: str, day: date) -> Decimal | None:
        """The rate of the last day up to this one that has one."""
        if currency == self.per:
            return Decimal(1)
        days = self.daily.get(currency, ())
        number = bisect_right(days, day, key=itemgetter(0))
        return days[number - 1][1] if number else None

    def in_plan(self, currency: str, year: int) -> Decimal | None:
        return Decimal(1) if currency == self.per else self.planned.get((currency, year))


@dataclass(frozen=True)
class Conversion:
    """A conversion into `currency` by one of three policies. `close_date`: closed amounts by the rate of their close
    day, open ones by that of `day`, which is today or, in a period that has ended, its last day. `latest`: all by the
    rate of `today`. `plan`: all by the one planned for the period's fiscal `year`."""

    currency: str
    policy: RatePolicy
    table: RateTable
    day: date
    today: date
    year: int

    def converted(self, amount: Decimal, currency: str | None, closed_on: date | None) -> Decimal | None:
        """The amount in `currency`; None without a rate."""
        if currency in (self.currency, None):
            return amount
        source, target = self.rate_of(currency, closed_on), self.rate_of(self.currency, closed_on)
        if source is None or target is None:
            return None
        return EXACT.divide(EXACT.multiply(amount, source), target)

    def rate_of(self, currency: str, closed_on: date | None) -> Decimal | None:
        match self.policy:
            case "plan":
                return self.table.in_plan(currency, self.year)
            case "latest":
                return self.table.on(currency, self.today)
            case "close_date":
                return self.table.on(currency, closed_on or self.day)


def unconverted(currency: str) -> Conversion:
    """A conversion without any rates."""
    return Conversion(currency, "close_date", RateTable(currency), date.max, date.max, date.max.year)
