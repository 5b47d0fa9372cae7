"""What stands in a cell: read for certain, or the row is refused."""

import re
import unicodedata
from datetime import date

from funnelcast.importing.export import Row, Unfit

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+")


NO_ACCENTS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
"""Letters that are no others with an accent."""


def named(row: Row, column: str) -> str:
    if not row[column]:
        raise Unfit(f"{column} is empty")
    return row[column]


def slug(name: str) -> str:
    """`Mei-Mei Johns` → `mei-mei-johns`."""
    lower = unicodedata.normalize("NFKD", name.lower()).translate(NO_ACCENTS)
    plain = lower.encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100]
    if not made:
        raise Unfit(f"no id can be made of the name {name!r}")
    return made


def exact(written: str) -> str:
    """An id. A spreadsheet turns a long number into `1.23E+15`, and many ids into the same."""
    if ROUNDED.fullmatch(written):
        raise Unfit(f"{written!r} is an id that a spreadsheet has rounded")
    return written


def day(row: Row, column: str) -> date:
    """Only `2017-03-01`: 3/1/2017 is one day in one country and another in the next."""
    written = row[column]
    if not DAY.fullmatch(written):
        raise Unfit(f"{column} {written!r} is not a day such as 2017-03-01" if written else f"{column} is empty")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Unfit(f"{column} {written!r} is no day of the calendar") from None


def noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


def number(row: Row, column: str) -> str:
    written = row[column]
    if not NUMBER.fullmatch(written):
        raise Unfit(f"{column} {written!r} is not a number such as 1054.50" if written else f"{column} is empty")
    return written
