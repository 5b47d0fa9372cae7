"""The types of single fields of commands and events: lines, texts, ids, instants, days."""

import re
from datetime import UTC, date, datetime
from html import unescape
from types import MappingProxyType
from typing import Annotated, Any
from unicodedata import normalize
from urllib.parse import unquote

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, ValidationInfo

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9].*")
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
"""A pattern without control characters: Postgres stores no NUL, and a single line has no line break."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAY_STAND_FOR_OTHERS = re.compile(r"[@%&\x80-\U0010ffff]")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def format_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def printable(text: str) -> str:
    """Raises `ValueError` for control characters."""
    if not text.isprintable() and CONTROL.search(text):
        raise ValueError("control characters are not allowed")
    return text


def without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the NUL character is not allowed")
    return text


def has_address(text: str) -> bool:
    """Whether there is an @ in it, of any width, also percent-encoded, or as a character reference of HTML, however
    often."""
    if not MAY_STAND_FOR_OTHERS.search(text):
        return False
    while True:
        if "@" in normalize("NFKC", text):
            return True
        decoded = unescape(unquote(text))
        if decoded == text:
            return False
        text = decoded


def no_address(text: str, info: ValidationInfo) -> str:
    """Refuses a text that may contain an e-mail address. Stored events are accepted as they are."""
    if info.context is not STORED and has_address(text):
        raise ValueError("must not contain @: an e-mail address does not belong here")
    return text


STORED = MappingProxyType({"stored": True})
"""The validation context of stored events: a validator that became stricter still takes what was valid before."""


def instant_in_range(instant: datetime) -> datetime:
    """Refuses instants that a conversion between time zones could move out of the range of dates. Returns UTC."""
    if not EARLIEST <= instant < LATEST:
        raise ValueError("must lie between the years 1900 and 2200")
    return instant.astimezone(UTC)


def written_instant(value: Any) -> Any:
    """Refuses numbers: they could be seconds or milliseconds."""
    if isinstance(value, datetime) or (isinstance(value, str) and INSTANT.fullmatch(value)):
        return value
    raise ValueError("must be an instant such as 2026-03-02T12:00:00Z")


def written_day(value: Any) -> Any:
    if type(value) is date or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise ValueError("must be a day such as 2026-03-02")


def whole_number(value: Any) -> Any:
    """Turns 7.0 into 7: in JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def day_in_range(day: date) -> date:
    if not EARLIEST.year <= day.year < LATEST.year:
        raise ValueError("must lie between the years 1900 and 2200")
    return day


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]
"""A line of text, at most 200 characters."""

Label = Annotated[Line, AfterValidator(no_address)]
"""Structured text of a caller that events may contain, so that everybody who reads a topic may see it, for ever. It is
no personal data and no free text. With `ExternalId`, `Slug` and codes this is all that may be plain."""

Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(without_nul)
]
"""Free text, at most 4,000 characters. It is stored in the vault; events contain it as `Sealed`."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,100}$")]
"""An id or code that the caller chose."""

ExternalId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9._-]{1,50}:[^\s@\x00-\x1f\x7f]+$", max_length=200),
    AfterValidator(no_address),
]
"""`system:id`, opaque, unique per kind. An e-mail address is not an id."""

Instant = Annotated[AwareDatetime, BeforeValidator(written_instant), AfterValidator(instant_in_range)]
"""An aware instant, kept in UTC."""

Day = Annotated[date, BeforeValidator(written_day), AfterValidator(day_in_range)]

WHOLE = BeforeValidator(whole_number)
"""A validator that goes after `Field(strict=True)`: a JSON number without a fraction, neither a string nor a
boolean."""

Flag = Annotated[bool, Field(strict=True)]
"""JSON true or false; strings and numbers are refused."""
