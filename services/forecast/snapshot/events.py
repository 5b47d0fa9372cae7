"""Events of locked weeks, stored for ever: add, never change."""

from datetime import date
from typing import ClassVar, Literal

from shared.rules.fields import Instant, Line, Slug
from shared.rules.message import Event, Parser, parser
from shared.rules.money import Currency

RatePolicy = Literal["close_date", "plan", "latest"]
"""The kind of rates by which a roll-up converts amounts."""


class WeekLocked(Event):
    """A node's week was locked: no call for it is taken from now on, at the node or below it.

    It is a bookmark of the roll-up of the node and its children: the question, the instant, the events behind it, and
    the hash of its figures, by the rules of `hash_version`. `currency`: null when the answer had none.
    """

    type: ClassVar[str] = "snapshot.locked"
    snapshot_id: Slug
    node: Slug
    period: Line
    first_day: date
    last_day: date
    week: Line
    currency: Currency | None
    rate_policy: RatePolicy
    as_of: Instant
    frontier: Line
    hash_version: int
    hash: Line


PARSE: Parser[WeekLocked] = parser(WeekLocked)
