"""Calls beside the roll-up, which they never enter. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import COLUMNS
from services.forecast.override.events import Column
from services.forecast.submission.events import CalledAmounts


class CallRow(NamedTuple):
    """The last call of a week."""

    week: str
    amounts: CalledAmounts
    made_at: datetime
    made_by: str


def converted_call(amounts: CalledAmounts, conversion: Conversion) -> Mapping[Column, Decimal]:
    """The columns that were called, converted; without those that no rate converts."""
    found: dict[Column, Decimal] = {}
    for column in COLUMNS:
        money = getattr(amounts, column)
        amount = money and conversion.converted(money.amount, money.currency, None)
        if amount is not None:
            found[column] = amount
    return found
