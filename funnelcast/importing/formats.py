"""What a mapping says of how an export is written: its encoding, its dates, its amounts."""

import codecs
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from funnelcast.importing.amounts import Amounts
from funnelcast.importing.dates import Dates, format_of
from funnelcast.importing.export import Layout, Row
from shared.rules.money import currency_code

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,50}$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# -- how the file is written -----------------------------------------------------------------------------------------


def like_ascii(name: str) -> str:
    """Line ends and delimiters must be the bytes that they are in ASCII."""
    try:
        plain = 'a,;\t"\n'.encode(codecs.lookup(name).name) == b'a,;\t"\n'
    except LookupError:
        raise ValueError(f"{name!r} is no encoding; utf-8 and cp1252 are the usual ones") from None
    if not plain:
        raise ValueError(f"{name!r} is not one that is read: save the file as UTF-8")
    return name


def sign(delimiter: str) -> str:
    found = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(delimiter, delimiter)
    if len(found) != 1:
        raise ValueError("must be one character, or tab")
    return found


class FileTold(Told):
    encoding: Annotated[str, AfterValidator(like_ascii)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(sign)] | None = None
    quoted_whole: bool = False

    def layout(self) -> Layout:
        return Layout(self.encoding, self.delimiter, self.quoted_whole)


def date_format(told: str) -> str:
    format_of(told)
    return told


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin") from None
    return name


Zone = Annotated[str, AfterValidator(time_zone)]
Decimal = Literal[".", ","]
Thousands = Literal["", ".", ",", " ", "'"]


class DatesTold(Told):
    formats: Annotated[tuple[Annotated[str, AfterValidator(date_format)], ...], Field(min_length=1)]
    timezone: Zone
    written_in: Zone | None = None

    def dates(self) -> Dates:
        zone = ZoneInfo(self.timezone)
        clock = ZoneInfo(self.written_in) if self.written_in else zone
        return Dates(self.formats, [format_of(each) for each in self.formats], zone, clock)


def must_differ(decimal: str, thousands: str) -> None:
    if decimal == thousands:
        raise ValueError("decimal and thousands must not be the same sign")


class MoneyTold(Told):
    decimal: Decimal = "."
    thousands: Thousands = ""
    currency: Annotated[str, AfterValidator(currency_code)] | None = None
    currency_column: Text | None = None

    @model_validator(mode="after")
    def is_certain(self) -> "MoneyTold":
        must_differ(self.decimal, self.thousands)
        if (self.currency is None) == (self.currency_column is None):
            raise ValueError("either currency or currency_column is needed")
        return self

    def amounts(self) -> Amounts:
        return Amounts(self.decimal, self.thousands, self.currency, self.currency_column)


class PricesTold(Told):
    """Columns of a file beside the export, and the signs of its prices."""

    file: Text
    product: Text
    price: Text
    decimal: Decimal = "."
    thousands: Thousands = ""

    @model_validator(mode="after")
    def is_certain(self) -> "PricesTold":
        must_differ(self.decimal, self.thousands)
        return self

    def number(self, row: Row, column: str) -> str:
        return Amounts(self.decimal, self.thousands, None, None).number(column, row[column])
