"""Notations of dates and times, as patterns such as `DD.MM.YYYY hh:mm`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from re import Pattern
from typing import Literal, Protocol
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import get_month_names

Parsed = date | datetime
"""A day alone, or an aware instant."""
OFFSET = "Z|[+-][0-9]{2}(?::?[0-9]{2})?"
TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short_year>[0-9]{2})",
    "MMMM": r"(?P<name>[^\W\d_]+\.?)",
    "MMM": r"(?P<name>[^\W\d_]+\.?)",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})",
    "Do": r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|re|º|ª|\.)?",
    "D": r"(?P<day>[0-9]{1,2})",
    "hh": r"(?P<hour>[0-9]{2})",
    "h": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "SSSSSS": r"(?P<fraction>[0-9]{6})",
    "SSS": r"(?P<fraction>[0-9]{3})",
    "AM": r"(?P<half>[AaPp]\.?[Mm]\.?)",
    "ZZZ": r"(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*)",
    "Z": rf"(?P<offset>{OFFSET})",
    "ddd": r"[^\W\d_]+\.?",
    "T": "T",
}
ONE_OF_EACH = ({"YYYY", "YY"}, {"MMMM", "MMM", "MM", "M"}, {"DD", "Do", "D"})
LITERAL = re.compile(r"'([^']*)'")
ISO = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?({OFFSET})")
SERIAL = re.compile(r"[0-9]{1,7}(\.[0-9]+)?")
DAY_ZERO = {"excel": date(1899, 12, 30), "excel-1904": date(1904, 1, 1)}
"""The day from which a spreadsheet counts days. The first has a 29 February 1900: days before March are not sure."""
EPOCH = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,6})?")
UNITS_IN_A_SECOND = {"epoch": 1, "epoch-ms": 1000}
UTC_NAMES = ("UTC", "GMT", "UT", "Z")
ALSO_WRITTEN = {"de": {"mrz": 3, "maerz": 3, "jänner": 1, "feber": 2}}
"""The names of months, by language, that are common and not the library's."""
SHORTEST_NAME = 3
CONTEXTS: Sequence[Literal["format", "stand-alone"]] = ("format", "stand-alone")


@dataclass(frozen=True)
class Locality:
    """The export's language and zone, as far as a format needs them. `pivot`: the first of the hundred years that two
    digits stand for. `zones`: zones by the abbreviations that the export uses."""

    clock: tzinfo
    language: str = "en"
    pivot: int | None = None
    zones: Mapping[str, str] = field(default_factory=dict)


class NoSuchDate(ValueError):
    """Its text is for people. Other errors of dates have Python's texts."""


class Format(Protocol):
    def parse(self, text: str) -> Parsed | None:
        """The instant or day; None for a text in another notation. Raises `ValueError` for a date that is in no
        calendar, and `NoSuchDate` where there is more to say."""


# -- written dates ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    pattern: Pattern[str]
    months: Mapping[str, int]
    locality: Locality

    def parse(self, text: str) -> Parsed | None:
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = {name: part for name, part in found.groupdict().items() if part is not None}
        month = self.month_of(parts)
        if month is None:
            return None
        day = date(self.year_of(parts), month, int(parts["day"]))
        return at_clock(datetime.combine(day, time_of(parts)), self.zone_of(parts)) if "hour" in parts else day

    def month_of(self, parts: Mapping[str, str]) -> int | None:
        """The month; None for a name that is no month's in the export's language."""
        return int(parts["month"]) if "month" in parts else self.months.get(parts["name"].casefold().rstrip("."))

    def year_of(self, parts: Mapping[str, str]) -> int:
        if "year" in parts:
            return int(parts["year"])
        if self.locality.pivot is None:
            raise NoSuchDate("a year of two digits needs a pivot")
        return self.locality.pivot + (int(parts["short_year"]) - self.locality.pivot) % 100

    def zone_of(self, parts: Mapping[str, str]) -> tzinfo:
        if offset := parts.get("offset"):
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
            return zone or UTC
        return named_zone(parts["zone"], self.locality) if "zone" in parts else self.locality.clock


def time_of(parts: Mapping[str, str]) -> time:
    hour = int(parts["hour"])
    if "half" in parts:
        if not 1 <= hour <= 12:
            raise NoSuchDate("an hour before AM or PM is 1 to 12")
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    fraction = int(parts.get("fraction", "0").ljust(6, "0"))
    return time(hour, int(parts.get("minute", "0")), int(parts.get("second", "0")), fraction)


def named_zone(name: str, locality: Locality) -> tzinfo:
    """An abbreviation is sure only when the mapping lists it: CST is one time in Chicago and another in Shanghai."""
    if name in locality.zones:
        return ZoneInfo(locality.zones[name])
    if name in UTC_NAMES:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoSuchDate(f"the zone {name!r} is unknown: the mapping can list it (dates.zones)") from None


def at_clock(wall: datetime, zone: tzinfo) -> datetime:
    """A time of the clock on the wall. When clocks are put forward it may not exist, when they are put back it may
    be twice."""
    moment = wall.replace(tzinfo=zone)
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise NoSuchDate("a time that the change of clocks makes uncertain")
    return moment


def month_names(language: str) -> dict[str, int]:
    """The names of months in lower case and without a full stop: long, short, cut off after three letters or more where
    that leaves one month, and without accents. Raises `ValueError` for an unknown language."""
    if language not in Locale("en").languages:
        raise ValueError(f"{language!r} is no language such as en, de or fr")
    names = [
        *(get_month_names("wide", context, language) for context in CONTEXTS),
        *(get_month_names("abbreviated", context, language) for context in CONTEXTS),
    ]
    known = {str(each[month]).casefold().rstrip("."): month for each in names for month in range(1, 13)}
    known |= ALSO_WRITTEN.get(language, {})
    cut: dict[str, set[int]] = {}
    for name, month in known.items():
        for form in (name, without_accents(name)):
            for length in range(SHORTEST_NAME, len(form) + 1):
                cut.setdefault(form[:length], set()).add(month)
    return {name: months.pop() for name, months in cut.items() if len(months) == 1} | known


def without_accents(name: str) -> str:
    return "".join(each for each in normalize("NFD", name) if not combining(each))


# -- other notations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WithOffset:
    """`iso`: 2017-03-01T14:00:00+01:00."""

    def parse(self, text: str) -> Parsed | None:
        return datetime.fromisoformat(text) if ISO.fullmatch(text) else None


@dataclass(frozen=True)
class Serial:
    """Days since day 0 of a spreadsheet, and the time as a fraction."""

    zero: date
    clock: tzinfo

    def parse(self, text: str) -> Parsed | None:
        if not SERIAL.fullmatch(text):
            return None
        days = Decimal(text)
        if not 61 <= days < 110_000:
            raise NoSuchDate("a spreadsheet's days are 61 to 109999")
        day = self.zero + timedelta(days=int(days))
        seconds = round((days % 1) * 86_400)
        return at_clock(datetime.combine(day, time()) + timedelta(seconds=seconds), self.clock) if days % 1 else day


@dataclass(frozen=True)
class Epoch:
    """A format of seconds or milliseconds since 1970."""

    units: int

    def parse(self, text: str) -> Parsed | None:
        if not EPOCH.fullmatch(text):
            return None
        microseconds = int(Decimal(text) * (1_000_000 // self.units))
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        except OverflowError:
            raise NoSuchDate("too far from 1970") from None


# -- from the text of a mapping --------------------------------------------------------------------------------------


def format_of(pattern: str, locality: Locality) -> Format:
    """Raises `ValueError` for what is no format."""
    if pattern == "iso":
        return WithOffset()
    if pattern in DAY_ZERO:
        return Serial(DAY_ZERO[pattern], locality.clock)
    if pattern in UNITS_IN_A_SECOND:
        return Epoch(UNITS_IN_A_SECOND[pattern])
    pieces = list(pieces_of(pattern))
    must_name_a_day(pattern, pieces)
    if "YY" in pieces and locality.pivot is None:
        raise ValueError(f"{pattern!r} has years of two digits: dates.pivot must say which, such as 1970")
    months = month_names(locality.language) if {"MMM", "MMMM"} & set(pieces) else {}
    return Written(re.compile("".join(map(expression, pieces))), months, locality)


def must_name_a_day(pattern: str, pieces: Sequence[str]) -> None:
    is_twice = any(pieces.count(token) > 1 for token in TOKENS)
    if is_twice or any(len(set(pieces) & one_of) != 1 for one_of in ONE_OF_EACH):
        raise ValueError(
            f"{pattern!r} must have a year (YYYY or YY), a month (MM, M, MMM or MMMM) and a day (DD, D or Do)"
        )


def expression(piece: str) -> str:
    if piece in TOKENS:
        return TOKENS[piece]
    return "[ \u00a0\u202f]+" if piece == " " else re.escape(piece.strip("'") or "'")


def pieces_of(pattern: str) -> Iterator[str]:
    at, longest = 0, sorted(TOKENS, key=len, reverse=True)
    while at < len(pattern):
        quoted = LITERAL.match(pattern, at)
        piece = quoted[0] if quoted else next((each for each in longest if pattern.startswith(each, at)), pattern[at])
        if piece.isascii() and len(piece) == 1 and piece.isalpha() and piece not in TOKENS:
            raise ValueError(f"{pattern!r}: {pattern[at:]!r} is none of {', '.join(TOKENS)}; quote text as 'text'")
        yield piece
        at += len(piece)
