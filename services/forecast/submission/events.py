"""Events of submissions, stored for ever: add, never change."""

from datetime import date
from typing import ClassVar

from shared.rules.fields import Line, Slug
from shared.rules.message import Event, Message, Parser, parser
from shared.rules.money import Money
from shared.rules.sealed import Sealed


class CalledAmounts(Message):
    """Amounts of the cumulative columns: a commit includes what is closed."""

    commit: Money | None = None
    upside: Money | None = None
    pipeline: Money | None = None


class CallSubmitted(Event):
    """The node's call for a period, made in or for a fiscal week. It replaces an earlier one of that week, wholly."""

    type: ClassVar[str] = "call.submitted"
    node: Slug
    period: Line
    first_day: date
    last_day: date
    week: Line
    week_starts: date
    amounts: CalledAmounts
    note: Sealed[str] | None
    frontier: Line
    """What the roll-up contained when the call was made."""


PARSE: Parser[CallSubmitted] = parser(CallSubmitted)
