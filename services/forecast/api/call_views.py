"""Views of calls within a roll-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from services.forecast.ledger.calls import CallRow, converted_call
from services.forecast.ledger.conversion import Conversion
from services.forecast.override.events import Column
from shared.rules.money import format_amount

ColumnAmounts = dict[Column, str]


class PreviousCallView(BaseModel):
    """The last call of an earlier week."""

    week: str
    amounts: ColumnAmounts
    at: datetime
    by: str


class CallView(PreviousCallView):
    """The call in force: the last one of the last week that has one. Amounts are of cumulative columns, in the answer's
    currency; `delta_to_seen_by_self`: how far they are from what is seen."""

    delta_to_seen_by_self: ColumnAmounts
    previous: PreviousCallView | None


@dataclass(frozen=True)
class CallFormat:
    """`calls`: of each node, the last week's first."""

    conversion: Conversion | None
    calls: Mapping[str, Sequence[CallRow]] = field(default_factory=dict)

    def view(self, node: str, seen_by_self: Mapping[Column, Decimal]) -> CallView | None:
        calls = self.calls.get(node, ())
        if self.conversion is None or not calls:
            return None
        called = converted_call(calls[0].amounts, self.conversion)
        return CallView(
            **dict(self.previous_view(calls[0], self.conversion)),
            delta_to_seen_by_self=formatted(
                {column: amount - seen_by_self[column] for column, amount in called.items()}, self.conversion.currency
            ),
            previous=self.previous_view(calls[1], self.conversion) if len(calls) > 1 else None,
        )

    def previous_view(self, call: CallRow, conversion: Conversion) -> PreviousCallView:
        amounts = formatted(converted_call(call.amounts, conversion), conversion.currency)
        return PreviousCallView(week=call.week, amounts=amounts, at=call.made_at, by=call.made_by)


def formatted(amounts: Mapping[Column, Decimal], currency: str) -> ColumnAmounts:
    return {column: format_amount(amount, currency) for column, amount in amounts.items()}
