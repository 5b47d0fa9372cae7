"""Money: a decimal amount and an ISO 4217 currency. Never a float; never two currencies in one sum."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Annotated, Any

from babel.numbers import get_currency_precision, list_currencies
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from shared.rules.fields import STORED
from shared.rules.message import Message

PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
LARGEST = Decimal(10) ** 15
"""Amounts stay below this; sums of a hundred thousand such still fit numeric(24,4)."""


CODES = frozenset(list_currencies())
NO_MONEY = frozenset({"XXX", "XTS", "XAG", "XAU", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD"})
"""ISO 4217 codes for "no currency" and for tests, of metals and of units of bond markets: no price is given in them."""


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int:
    """Decimals of the currency, per ISO 4217; unknown codes raise `ValueError`."""
    if currency not in CODES:
        raise ValueError("must be an ISO 4217 currency code, such as EUR")
    return min(get_currency_precision(currency), 4)


def is_currency(code: str) -> bool:
    """Whether a price can be given in it."""
    return code in CODES and code not in NO_MONEY


def plain_decimal(value: Any) -> Any:
    """Refuses JSON numbers: a JSON parser may already have turned them into floats."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return Decimal(value)
    raise ValueError("must be a decimal number below 10^15 in a string, such as 1234.50")


def unsigned(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("-"):
        raise ValueError("an amount cannot be negative")
    return value


def json_schema(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", "examples": ["1234.50"]}


def finite(value: Decimal) -> Decimal:
    if not value.is_finite() or not -LARGEST < value < LARGEST:
        raise ValueError("must be a number below 10^15")
    return value


def currency_code(currency: str, info: ValidationInfo) -> str:
    """Refuses a code in which no price can be given. Stored events may have one: earlier versions accepted some."""
    if info.context is STORED:
        minor_units(currency)
        return currency
    return valid_currency(currency)


def valid_currency(code: str) -> str:
    """Raises `ValueError` for a code in which no price can be given."""
    minor_units(code)
    if code in NO_MONEY:
        raise ValueError(f"must be a currency, which {code} is not")
    return code


def text(value: Decimal) -> str:
    return format(value, "f")


Amount = Annotated[
    Decimal,
    BeforeValidator(plain_decimal),
    AfterValidator(finite),
    PlainSerializer(text, when_used="json"),
    WithJsonSchema(json_schema(PLAIN.pattern)),
]
"""A signed decimal, in JSON a string."""

Currency = Annotated[str, AfterValidator(currency_code), Field(json_schema_extra={"enum": sorted(CODES - NO_MONEY)})]


class Money(Message):
    """`{"amount": "1234.50", "currency": "EUR"}`: not negative, no more decimals than the currency has."""

    amount: Annotated[Amount, BeforeValidator(unsigned), WithJsonSchema(json_schema(PLAIN.pattern.removeprefix("-?")))]
    currency: Currency

    @model_validator(mode="after")
    def fits_its_currency(self) -> "Money":
        if self.amount < 0:
            raise ValueError("an amount cannot be negative")
        if -int(self.amount.normalize().as_tuple().exponent) > minor_units(self.currency):
            raise ValueError(f"{self.currency} has {minor_units(self.currency)} decimals")
        object.__setattr__(self, "amount", to_minor_units(self.amount, self.currency))
        return self


def to_minor_units(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded, half to even, to as many decimals as the currency has."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_EVEN)


def format_amount(amount: Decimal, currency: str) -> str:
    """The amount as every answer shows it: `1234.50`, and never `-0.00`."""
    return text(to_minor_units(amount, currency) + 0)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
