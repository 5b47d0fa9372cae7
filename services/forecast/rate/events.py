"""Events of rates, stored for ever: add, never change."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from shared.rules.fields import Slug
from shared.rules.message import Event, Parser, parser
from shared.rules.money import Currency, finite, text

WRITTEN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?")
Year = Annotated[int, Field(ge=1900, le=2199)]


def unit_rate(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("a rate must be greater than 0")
    return value


def written_rate(value: Any) -> Any:
    """Parses a rate, which may have more decimals than an amount: one unit of some currencies is worth very little."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and WRITTEN.fullmatch(value):
        return Decimal(value)
    raise ValueError("must be a decimal number with at most 20 decimals in a string, such as 0.9217")


def rate_schema() -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{WRITTEN.pattern}$", "examples": ["0.9217"]}


Rate = Annotated[
    Decimal,
    BeforeValidator(written_rate),
    AfterValidator(finite),
    AfterValidator(unit_rate),
    PlainSerializer(text, when_used="json"),
    WithJsonSchema(rate_schema()),
]
"""Units of one currency for one unit of another; in JSON a string."""


class RateEvent(Event):
    """One unit of `currency` is worth `rate` units of `per`. `source`: who quotes it. `quote`: the number as it was
    quoted, where that was the inverse."""

    currency: Currency
    per: Currency
    rate: Rate
    source: Slug | None = None
    quote: Rate | None = None


class RateSet(RateEvent):
    """A rate that holds from this day on, until the next day that has one."""

    type: ClassVar[str] = "rate.set"
    day: date


class PlanRateSet(RateEvent):
    """A rate that holds for all of a fiscal year, in answers under the policy `plan`."""

    type: ClassVar[str] = "rate.plan_set"
    year: Year


AnyRateEvent = RateSet | PlanRateSet
PARSE: Parser[AnyRateEvent] = parser(AnyRateEvent)
