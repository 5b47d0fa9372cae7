"""The rules for rates. A rate is edited by setting it again: the one before stays in the history."""

from dataclasses import dataclass
from datetime import datetime

from services.forecast.rate import commands, events
from services.forecast.rate.commands import RateCommand
from services.forecast.rate.events import AnyRateEvent
from services.forecast.rate.state import Rates, evolve
from services.forecast.setting.decider import SETTINGS
from services.forecast.setting.state import Settings
from shared.rules.decider import Decider
from shared.rules.message import InvalidField


@dataclass(frozen=True)
class Context:
    settings: Settings


def decide(rates: Rates, command: RateCommand, at: datetime, context: Context) -> list[AnyRateEvent]:
    per = quoted_in(command, context.settings.values(at).currency)
    known: AnyRateEvent | None
    event: AnyRateEvent
    match command:
        case commands.SetRate(currency=currency, day=day, rate=rate, source=source, quote=quote):
            known = rates.daily.get((per, day))
            event = events.RateSet(currency=currency, per=per, rate=rate, source=source, quote=quote, day=day)
        case commands.SetPlanRate(currency=currency, year=year, rate=rate, source=source, quote=quote):
            known = rates.planned.get((per, year))
            event = events.PlanRateSet(currency=currency, per=per, rate=rate, source=source, quote=quote, year=year)
    return [] if event == known else [event]


def quoted_in(command: RateCommand, own: str | None) -> str:
    per = command.per or own
    if per is None:
        raise InvalidField("/per", "is needed as long as the settings have no currency")
    if per == command.currency:
        raise InvalidField("/per", f"must be another currency than {command.currency}")
    return per


DECIDER: Decider[RateCommand, Rates, AnyRateEvent] = Decider(
    "rate", events.PARSE, Rates(), decide, evolve, Context, {"settings": SETTINGS}
)


def subject(currency: str, year: int) -> str:
    """The subject of the stream that has this currency's rates for the days of a calendar year, or those planned for a
    fiscal year."""
    return f"{currency.lower()}-{year}"
