"""Amounts in the notation that a mapping names: `1.054` is a thousand in one export and about one in another."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Literal

from babel.numbers import get_currency_symbol

from funnelcast.importing.cells.digits import with_ascii_digits
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell, shortened
from funnelcast.importing.files.workbook import WorkbookNumber
from funnelcast.importing.mapping.cell import Cell
from shared.rules.money import LARGEST, is_currency, minor_units

Grouping = Literal["thousands", "indian", "myriads"]
GROUPS: Mapping[Grouping, str] = {
    "thousands": "[0-9]{{1,3}}(?:{sign}[0-9]{{3}})+",
    "indian": "[0-9]{{1,2}}(?:{sign}[0-9]{{2}})*{sign}[0-9]{{3}}",
    "myriads": "[0-9]{{1,4}}(?:{sign}[0-9]{{4}})+",
}
SPACES = "\u00a0\u2007\u2009\u202f"
APOSTROPHES = "\u2019\u2018\u02bc\u00b4"
FULL_WIDTH = {"\uff04": "$", "\uffe1": "\u00a3", "\uffe5": "\u00a5", "\uffe6": "\u20a9"}
TYPOGRAPHIC = str.maketrans(
    {**dict.fromkeys(SPACES, " "), **dict.fromkeys(APOSTROPHES, "'"), "\u2212": "-"} | FULL_WIDTH
)
NEGATIVE = re.compile(r"\(.*[0-9].*\)|-.*[0-9].*|[^0-9]{1,4}-[0-9].*|.*[0-9] ?-")
SCIENTIFIC = re.compile(r"[0-9]+[.,]?[0-9]*[eE][+-]?[0-9]+")
CODE = re.compile(r"[A-Z]{3}")
CLEARLY_NOISE = 5
"""The number of decimals from which on they are the noise of a program's arithmetic. Three may as well be a group of
thousands."""
SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "CA$": "CAD", "A$": "AUD", "R$": "BRL"}
SIGNS |= {"₺": "TRY", "₽": "RUB", "₴": "UAH", "₸": "KZT", "₼": "AZN", "₾": "GEL", "₪": "ILS", "₩": "KRW", "₫": "VND"}
SIGNS |= {"฿": "THB", "₱": "PHP", "₮": "MNT", "₦": "NGN", "₵": "GHS", "₡": "CRC", "₲": "PYG"}
SIGNS |= {"zł": "PLN", "Kč": "CZK", "Ft": "HUF"}
"""The signs of amounts whose currency stands beside them; a mapping may name others. `¥` is not clear."""
UNKNOWN_SIGN = re.compile(
    "(?P<before>[^0-9 .,+%-]{1,4}[.]?) ?[0-9].*|[0-9](?:.*[0-9])? ?(?P<after>[^0-9 .,+%-]{1,4}[.]?)"
)
ABBREVIATED = re.compile(
    "[0-9](?:.*[0-9])? ?(?:k|m|mm|mn|mio|mill|mrd|b|bn|t|tsd|l|lac|lacs|lakh|lakhs|cr|crore|crores)[.]?", re.IGNORECASE
)
NO_CENTS = "[-\u2013\u2014]{1,2}"
"""Dashes after the decimal sign, as in 5.\u2013 and 5,-."""


@dataclass(frozen=True)
class ReadAmount:
    """An amount as it is read. `rounded`: it had more decimals than its currency."""

    amount: str
    currency: str
    rounded: bool = False

    def body(self) -> dict[str, str]:
        return {"amount": self.amount, "currency": self.currency}


@dataclass(frozen=True)
class Amounts:
    """The notation of amounts. Without `thousands`, digits are not grouped. The currency is one for all, or stands in a
    column (`currency` is for its blank cells), or beside each amount. `symbols`: by sign or word, the currency that it
    stands for. `round`: more decimals than the currency has are rounded, however few."""

    decimal: str = "."
    thousands: str = ""
    grouping: Grouping = "thousands"
    currency: str | None = None
    currency_column: Cell | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    round: bool = False

    def money(self, label: str, text: str, row: Row) -> ReadAmount | None:
        """The amount; None for an empty cell, which is not zero. Raises `InvalidRow`."""
        if not text:
            return None
        number, sign = self.split(text)
        return self.rounded(label, text, self.decimal_of(label, text, number), self.currency_of(label, text, sign, row))

    def number(self, label: str, text: str) -> str:
        """A number without a currency, such as a price."""
        return format(self.decimal_of(label, text, self.split(text)[0]), "f")

    # -- the currency ------------------------------------------------------------------------------------------------

    def split(self, text: str) -> tuple[str, str]:
        """The number, and the sign or code before or after it."""
        if isinstance(text, WorkbookNumber):
            return text, ""
        plain = with_ascii_digits(text.translate(TYPOGRAPHIC)).strip()
        for sign in self.known_signs:
            if plain.startswith(sign):
                return plain[len(sign) :].strip(), sign
            if plain.endswith(sign):
                return plain[: -len(sign)].strip(), sign
        if CODE.fullmatch(plain[:3]) and not plain[3:4].isalpha():
            return plain[3:].strip(), plain[:3]
        if CODE.fullmatch(plain[-3:]) and not plain[-4:-3].isalpha():
            return plain[:-3].strip(), plain[-3:]
        return plain, ""

    @cached_property
    def known_signs(self) -> Collection[str]:
        """The longest first: `US$` is not `$`."""
        signs = {*self.symbols, *SIGNS} | (signs_of(self.currency) if self.currency else set())
        return sorted(signs, key=lambda sign: (-len(sign), sign))

    def currency_of(self, label: str, text: str, sign: str, row: Row) -> str:
        named = self.currency_in(row)
        if named is not None:
            return self.same_currency(label, text, sign, named)
        code = self.code_of(sign)
        if code is None:
            raise invalid_cell(label, text, "an amount with its currency", self.example(code="EUR "))
        return code

    def currency_in(self, row: Row) -> str | None:
        """The one of the row's amounts, unless it stands beside each."""
        column = self.currency_column
        word = column.read(row) if column else ""
        if column is None or (not word and self.currency is not None):
            return self.currency
        code = self.code_of(word)
        if code is None:
            raise invalid_cell(column.label, word, "a currency's code, or a word of money.symbols,", "EUR")
        return code

    def code_of(self, sign: str) -> str | None:
        code = self.symbols.get(sign) or SIGNS.get(sign) or sign.upper()
        return code if is_currency(code) else None

    def same_currency(self, label: str, text: str, sign: str, currency: str) -> str:
        """The sign beside an amount may repeat its currency, and never contradict it."""
        if sign and sign not in signs_of(currency) and self.symbols.get(sign) != currency:
            raise InvalidRow(f"{label} {shortened(text)!r} is not in {currency}, the currency that the mapping names")
        return currency

    # -- the number --------------------------------------------------------------------------------------------------

    def decimal_of(self, label: str, text: str, number: str) -> Decimal:
        if NEGATIVE.fullmatch(number):
            raise InvalidRow(
                f"{label} {shortened(text)!r} is negative: an amount is 0 or more, such as {self.example()}"
            )
        if SCIENTIFIC.fullmatch(number):
            raise InvalidRow(
                f"{label} {text!r} was rounded by a spreadsheet: the full number is expected, such as 120000"
            )
        plain = number if isinstance(number, WorkbookNumber) else self.plain(number)
        if plain is None and ABBREVIATED.fullmatch(number):
            raise InvalidRow(f"{label} {text!r} is abbreviated: the full number is expected, such as 120000")
        if plain is None:
            must_have_known_sign(label, text, number, self.currency or "EUR")
            raise invalid_cell(label, text, "a number", self.example())
        value = Decimal(plain)
        if value >= LARGEST:
            raise InvalidRow(f"{label} {shortened(text)!r} is too large: an amount is below {LARGEST:,}")
        return value

    def plain(self, number: str) -> str | None:
        found = self.pattern.fullmatch(number.removeprefix("+"))
        if not found or not found[0]:
            return None
        whole = found["whole"].replace(self.thousands, "") if self.thousands else found["whole"]
        return f"{whole or 0}.{found['cents']}" if found["cents"] else whole

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        grouped = f"|{GROUPS[self.grouping].format(sign=re.escape(self.thousands))}" if self.thousands else ""
        cents = f"(?:{re.escape(self.decimal)}(?:(?P<cents>[0-9]{{1,30}})|(?<=[0-9].){NO_CENTS}))?"
        return re.compile(f"(?P<whole>(?:[0-9]{{1,30}}{grouped})?){cents}")

    def rounded(self, label: str, text: str, value: Decimal, currency: str) -> ReadAmount:
        places = minor_units(currency)
        decimals = -int(value.normalize().as_tuple().exponent)
        if decimals <= places:
            return ReadAmount(without_needless_zeros(value, places), currency)
        if not self.round and not isinstance(text, WorkbookNumber) and decimals < CLEARLY_NOISE:
            why = f"has {decimals} decimals, and {currency} has {places}"
            raise InvalidRow(f"{label} {text!r} {why}; the mapping can have it rounded (money.round)")
        return ReadAmount(
            format(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN), "f"), currency, rounded=True
        )

    def example(self, code: str = "") -> str:
        sign = self.thousands
        grouped = {"thousands": f"1{sign}054", "indian": f"1{sign}23{sign}456", "myriads": f"12{sign}3456"}
        return f"{code}{grouped[self.grouping]}{self.decimal}50"


def without_needless_zeros(value: Decimal, places: int) -> str:
    """The amount with no more decimals than the currency has: some systems write five."""
    return format(value if -int(value.as_tuple().exponent) <= places else round(value, places), "f")


def must_have_known_sign(label: str, text: str, number: str, example: str) -> None:
    if found := UNKNOWN_SIGN.fullmatch(number):
        sign = found["before"] or found["after"]
        raise InvalidRow(
            f"{label} {shortened(text)!r}: the mapping has to say which currency {sign!r} is, "
            f"such as money.symbols: {{{sign!r}: {example}}}"
        )


def signs_of(currency: str) -> set[str]:
    """The signs that may stand beside an amount of this currency: its code, and its sign with or without the
    country."""
    symbol = str(get_currency_symbol(currency, locale="en"))
    signs = (sign for sign, code in SIGNS.items() if code == currency)
    return {currency, symbol, *signs, *([symbol[-1]] if symbol[-1] in "$¥" else [])}
