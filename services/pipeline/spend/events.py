"""Events of an entry of spend, stored for ever: add, never change."""

from datetime import date
from typing import ClassVar, Literal

from shared.rules.fields import ExternalId, Label, Line
from shared.rules.message import Event, Parser, parser
from shared.rules.money import Money

SpendKind = Literal["marketing", "sales"]


class SpendRecorded(Event):
    """An amount that was spent evenly over the days from `first_day` to `last_day`. `source`: None is spend for no
    source alone. `corrects`: the entry that this one replaces."""

    type: ClassVar[str] = "spend.recorded"
    spend_id: Line
    first_day: date
    last_day: date
    source: Label | None
    kind: SpendKind
    amount: Money
    external_id: ExternalId | None
    corrects: Label | None


PARSE: Parser[SpendRecorded] = parser(SpendRecorded)
