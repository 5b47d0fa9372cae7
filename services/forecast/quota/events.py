"""Events of quotas, stored for ever: add, never change."""

from datetime import date
from typing import ClassVar, Literal

from shared.rules.fields import Instant, Line, Slug
from shared.rules.message import Event, Parser, parser
from shared.rules.money import Money

Motion = Literal["new_business", "existing_business"]


class QuotaSet(Event):
    """The node's quota for a period, until the next row. `first_day`, `last_day`: those of the period, by the calendar
    that was in force. `motion`: for this kind of business alone; null: for all. `starts`: null: from the beginning."""

    type: ClassVar[str] = "quota.set"
    node: Slug
    period: Line
    first_day: date
    last_day: date
    motion: Motion | None
    amount: Money
    starts: Instant | None


PARSE: Parser[QuotaSet] = parser(QuotaSet)
