"""The rates of one currency in one year, as they were set last."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.forecast.rate.events import AnyRateEvent, PlanRateSet, RateSet


@dataclass(frozen=True)
class Rates:
    """`daily` by the currency that they are quoted in, and day; `planned` by that currency and fiscal year."""

    daily: Mapping[tuple[str, date], RateSet] = field(default_factory=dict)
    planned: Mapping[tuple[str, int], PlanRateSet] = field(default_factory=dict)


def evolve(rates: Rates, event: AnyRateEvent, at: datetime) -> Rates:
    match event:
        case RateSet():
            return replace(rates, daily={**rates.daily, (event.per, event.day): event})
        case PlanRateSet():
            return replace(rates, planned={**rates.planned, (event.per, event.year): event})
