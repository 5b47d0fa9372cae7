"""The notation of an export: its encoding and table, its dates, its amounts."""

import codecs
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from funnelcast.importing.cells.amounts import Amounts, Grouping
from funnelcast.importing.cells.date_formats import Locality, format_of, month_names
from funnelcast.importing.cells.dates import Dates
from funnelcast.importing.files.layout import Layout
from funnelcast.importing.files.row import Row
from funnelcast.importing.mapping.cell import Field as FieldCell
from funnelcast.importing.mapping.model import MappingModel, Text, Words, as_list
from shared.rules.money import currency_code

# -- the file --------------------------------------------------------------------------------------------------------

NOT_OF_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7")
"""Encodings of Python for domain names and source texts."""


def text_encoding(name: str) -> str:
    try:
        is_text = isinstance("a,1\n".encode(name), bytes)
        is_of_files = codecs.lookup(name).name.replace("_", "-") not in NOT_OF_FILES
    except (LookupError, TypeError, UnicodeError):
        is_text = is_of_files = False
    if not (is_text and is_of_files):
        raise ValueError(f"{name!r} is no encoding; utf-8, utf-16 and cp1252 are the usual ones")
    return codecs.lookup(name).name


def one_character(value: str) -> str:
    found = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(value, value)
    if len(found) != 1 or found in '\r\n"':
        raise ValueError("must be one character, or tab")
    return found


class FileNotation(MappingModel):
    encoding: Annotated[str, AfterValidator(text_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(one_character)] | None = None
    quoted_whole: bool = False
    pad_short_rows: bool = False
    footer: Words = ()
    sheet: Text | None = None

    def layout(self) -> Layout:
        return Layout(self.encoding, self.delimiter, self.quoted_whole, self.pad_short_rows, self.footer, self.sheet)


# -- dates -----------------------------------------------------------------------------------------------------------


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin") from None
    return name


def known_language(name: str) -> str:
    month_names(name)
    return name


Zone = Annotated[str, AfterValidator(time_zone)]


class DateNotation(MappingModel):
    formats: Annotated[tuple[Text, ...], BeforeValidator(as_list), Field(min_length=1)]
    timezone: Zone
    written_in: Zone | None = None
    language: Annotated[str, AfterValidator(known_language)] = "en"
    pivot: Annotated[int, Field(ge=1900, le=2100)] | None = None
    zones: Mapping[str, Zone] = {}

    @model_validator(mode="after")
    def has_known_formats(self) -> "DateNotation":
        self.dates()
        return self

    def dates(self) -> Dates:
        zone = ZoneInfo(self.timezone)
        clock = ZoneInfo(self.written_in) if self.written_in else zone
        locality = Locality(clock, self.language, self.pivot, self.zones)
        return Dates(self.formats, [format_of(each, locality) for each in self.formats], zone, clock, self.language)


# -- amounts ---------------------------------------------------------------------------------------------------------

Decimal = Literal[".", ","]
Thousands = Literal["", ".", ",", " ", "'"]
CurrencyCode = Annotated[str, AfterValidator(currency_code)]


class NumberNotation(MappingModel):
    decimal: Decimal = "."
    thousands: Thousands = ""
    grouping: Grouping = "thousands"

    @model_validator(mode="after")
    def has_different_signs(self) -> "NumberNotation":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must not be the same sign")
        if self.grouping != "thousands" and not self.thousands:
            raise ValueError("a grouping needs thousands, the sign between the groups")
        return self


class MoneyNotation(NumberNotation):
    """`currency_beside`: each amount has its currency before or after it. Where neither the mapping nor the export
    names one, the command's option says it."""

    currency: CurrencyCode | None = None
    currency_column: FieldCell | None = None
    currency_beside: bool = False
    symbols: Mapping[Text, CurrencyCode] = {}
    round: bool = False

    @model_validator(mode="after")
    def has_one_currency(self) -> "MoneyNotation":
        if (self.currency is not None) + (self.currency_column is not None) + self.currency_beside > 1:
            raise ValueError("only one of currency, currency_column and currency_beside can be")
        return self

    def needs_currency(self, columns: Collection[str]) -> bool:
        """`columns`: of the export, which may lack an optional one."""
        if self.currency is not None or self.currency_beside:
            return False
        return self.currency_column is None or not any(each in columns for each in self.currency_column.columns)

    def amounts(self, currency: str | None = None) -> Amounts:
        """`currency`: where the mapping names none."""
        return Amounts(
            self.decimal,
            self.thousands,
            self.grouping,
            self.currency if self.currency is not None or self.currency_beside else currency,
            self.currency_column,
            self.symbols,
            self.round,
        )


class PriceListNotation(NumberNotation):
    """A file beside the export, its columns and its notation of numbers."""

    file: Text
    product: Text
    price: Text

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts(self.decimal, self.thousands, self.grouping)

    def number(self, row: Row, column: str) -> str:
        return self.amounts.number(column, row[column])
