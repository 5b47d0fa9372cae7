"""Days and times in the formats that a mapping names, and in no other: 3/1/2017 is one day here and another there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from re import Pattern
from zoneinfo import ZoneInfo

from funnelcast.importing.export import Unfit

TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "hh": r"(?P<hour>[0-9]{2})",
    "h": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "AM": r"(?P<half>AM|PM|am|pm)",
    "T": "T",
}
ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
SERIAL = re.compile(r"[0-9]{1,7}(\.[0-9]+)?")
SERIALS = {"excel": date(1899, 12, 30), "excel-1904": date(1904, 1, 1)}
"""Day 0 of a spreadsheet that counts days. The first has a 29 February 1900: days before March are not sure."""
NOON = time(12)
Read = date | datetime


@dataclass(frozen=True)
class Written:
    """A format with a pattern: `DD.MM.YYYY hh:mm`."""

    pattern: Pattern[str]

    def read(self, text: str, zone: ZoneInfo) -> Read | None:
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        told = found.groupdict()
        day = date(int(told["year"]), int(told["month"]), int(told["day"]))
        return day if "hour" not in told else at(datetime.combine(day, clock(told)), zone)


def clock(told: dict[str, str]) -> time:
    hour = int(told["hour"])
    if "half" in told:
        if not 1 <= hour <= 12:
            raise ValueError("the hour")
        hour = hour % 12 + (12 if told["half"].lower() == "pm" else 0)
    return time(hour, int(told.get("minute", "0")), int(told.get("second", "0")))


@dataclass(frozen=True)
class WithOffset:
    """`iso`: it says by itself how far it is from UTC."""

    def read(self, text: str, zone: ZoneInfo) -> Read | None:
        return datetime.fromisoformat(text) if ISO.fullmatch(text) else None


@dataclass(frozen=True)
class Serial:
    """Days since day 0, and the time as a fraction."""

    zero: date

    def read(self, text: str, zone: ZoneInfo) -> Read | None:
        if not SERIAL.fullmatch(text):
            return None
        days = Decimal(text)
        if not 61 <= days < 110_000:
            raise ValueError("out of reach")
        day = self.zero + timedelta(days=int(days))
        seconds = round((days % 1) * 86_400)
        return at(datetime.combine(day, time()) + timedelta(seconds=seconds), zone) if days % 1 else day


Format = Written | WithOffset | Serial


def at(wall: datetime, zone: ZoneInfo) -> datetime:
    """A time of the wall clock. When clocks are put forward it may not be, when they are put back it may be twice."""
    moment = wall.replace(tzinfo=zone)
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise ValueError("a time that the change of clocks makes uncertain")
    return moment


def format_of(told: str) -> Format:
    """Raises `ValueError` for what is no format."""
    if told == "iso":
        return WithOffset()
    if told in SERIALS:
        return Serial(SERIALS[told])
    pieces = list(tokens(told))
    if any(pieces.count(token) > 1 for token in TOKENS) or not names_a_day(pieces):
        raise ValueError(f"{told!r} must have YYYY, MM or M, and DD or D, once each")
    return Written(re.compile("".join(TOKENS.get(piece, re.escape(piece)) for piece in pieces)))


def names_a_day(pieces: Sequence[str]) -> bool:
    return all(len(set(pieces) & one_of) == 1 for one_of in ({"YYYY"}, {"MM", "M"}, {"DD", "D"}))


def tokens(told: str) -> Iterator[str]:
    at, longest = 0, sorted(TOKENS, key=len, reverse=True)
    while at < len(told):
        token = next((each for each in longest if told.startswith(each, at)), told[at])
        if token.isalpha() and token not in TOKENS:
            raise ValueError(f"{told!r}: {told[at:]!r} is none of {', '.join(TOKENS)}")
        yield token
        at += len(token)


@dataclass(frozen=True)
class Dates:
    """`zone` decides which day an instant belongs to; `clock`: where the clock hung that times without an offset were
    read from. A day alone stands for its noon, so that it is the same day in all time zones near."""

    told: Sequence[str]
    formats: Sequence[Format]
    zone: ZoneInfo
    clock: ZoneInfo

    def instant(self, name: str, text: str) -> str:
        """`name`: of what is read, for the refusal."""
        return stated(self.moment(name, text))

    def moment(self, name: str, text: str) -> datetime:
        found = self.read(name, text)
        return found if isinstance(found, datetime) else datetime.combine(found, NOON, self.zone)

    def day(self, name: str, text: str) -> date:
        found = self.read(name, text)
        return found.astimezone(self.zone).date() if isinstance(found, datetime) else found

    def read(self, name: str, text: str) -> Read:
        """Raises `Unfit` also when two of the formats read it, and differently."""
        if not text:
            raise Unfit(f"{name} is empty")
        try:
            found = {one for each in self.formats if (one := each.read(text, self.clock)) is not None}
        except ValueError as error:
            raise Unfit(f"{name} {text!r} is not in the calendar: {error}") from None
        if not found:
            raise Unfit(f"{name} {text!r} is not written as {' or '.join(self.told)}")
        if len(found) > 1:
            raise Unfit(f"{name} {text!r} is {' or '.join(sorted(str(one) for one in found))}")
        return found.pop()


def stated(moment: datetime) -> str:
    """As our services read it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
