"""Rates by day as the European Central Bank publishes them: a column for each currency, in units for one euro."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from funnelcast.importing.files.row import InvalidRow, Row

TEN_DIGITS = Context(prec=10, rounding=ROUND_HALF_EVEN)
CURRENCY = re.compile(r"[A-Z]{3}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_QUOTE = ("", "N/A")
PER, SOURCE = "EUR", "ecb"


def is_inverse_table(header: Sequence[str]) -> bool:
    return header[:1] == ["Date"] and all(CURRENCY.fullmatch(name) for name in header[1:] if name)


def quoted_rates(row: Row) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Currency, day and the body of a request, for each quote of a row. What one unit is worth in euros is the inverse,
    with ten significant digits; the quote is kept beside it."""
    day = row["Date"]
    if not DAY.fullmatch(day):
        raise InvalidRow(f"Date {day!r}: a day is expected, such as 2017-07-03")
    quotes = {name: row[name] for name in row.columns.names if CURRENCY.fullmatch(name)}
    for currency, quote in quotes.items():
        if quote not in NO_QUOTE:
            yield currency, day, {"rate": inverse(currency, quote), "per": PER, "source": SOURCE, "quote": quote}


def inverse(currency: str, quote: str) -> str:
    try:
        return format(TEN_DIGITS.divide(Decimal(1), Decimal(quote)), "f")
    except (InvalidOperation, ZeroDivisionError):
        raise InvalidRow(f"{currency} {quote!r}: a rate is expected, such as 1.0849") from None
