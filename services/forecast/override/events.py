"""Events of overrides, stored for ever: add, never change."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import PlainSerializer

from shared.rules.fields import Line, Slug
from shared.rules.message import Event, Message, Parser, parser
from shared.rules.money import Money, text
from shared.rules.sealed import Sealed

By = Literal["manager", "self"]
Column = Literal["commit", "upside", "pipeline"]
"""The cumulative columns that people state amounts for."""
Sum = Annotated[Decimal, PlainSerializer(text, when_used="json")]
"""A sum of deals: in JSON a string, and without the limit that a single amount has."""


class Basis(Message):
    """The amount that the roll-up computed when the override was made, in the override's currency, and from which
    events."""

    amount: Sum
    frontier: Line


class OverrideEvent(Event):
    """`first_day`, `last_day`: those of the period, by the calendar that was in force."""

    node: Slug
    period: Line
    first_day: date
    last_day: date
    column: Column
    by: By


class OverrideSet(OverrideEvent):
    """An override began: the node's column counts as `amount` in its period. `under`: of a manager's override, the
    person who was nearest above the node; it counts only under that person."""

    type: ClassVar[str] = "override.set"
    under: Slug | None
    amount: Money
    note: Sealed[str]
    basis: Basis


class OverrideReset(OverrideEvent):
    """The override ended: from now on the column counts as computed."""

    type: ClassVar[str] = "override.reset"


AnyOverrideEvent = OverrideSet | OverrideReset
PARSE: Parser[AnyOverrideEvent] = parser(AnyOverrideEvent)
