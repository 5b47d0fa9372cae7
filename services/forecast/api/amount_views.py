"""Views of amounts and ratios."""

from decimal import ROUND_HALF_EVEN, Decimal

from pydantic import BaseModel

from shared.rules.money import format_amount, text


class MoneyView(BaseModel):
    amount: str
    currency: str


def money_view(amount: Decimal, currency: str | None) -> MoneyView | None:
    return MoneyView(amount=format_amount(amount, currency), currency=currency) if currency else None


def formatted_amount(amount: Decimal, currency: str | None) -> str:
    return format_amount(amount, currency) if currency else "0.00"


def optional_amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else format_amount(amount, currency)


def optional_ratio(ratio: Decimal | None) -> str | None:
    """The ratio with four decimals, rounded half to even, and never `-0.0000`."""
    return None if ratio is None else text(ratio.quantize(Decimal("0.0001"), ROUND_HALF_EVEN) + 0)
