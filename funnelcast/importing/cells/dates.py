"""Days and times in the notations that a mapping names, and in no other: 3/1/2017 is one day here and another there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from funnelcast.importing.cells.date_formats import Format, NoSuchDate, Parsed, at_clock, pieces_of
from funnelcast.importing.cells.digits import with_ascii_digits
from funnelcast.importing.files.row import InvalidRow, invalid_cell, shortened
from funnelcast.importing.files.workbook import WorkbookDate
from shared.rules.fields import EARLIEST, LATEST

NOON = time(12)
REMEMBERED = 10_000
MARGIN = timedelta(days=2)
"""The first and the last days of all years are others in other zones."""
SAMPLE_DAY = datetime(2017, 12, 31, 14, 30, 15, tzinfo=UTC)
MONTHS: Mapping[str, Literal["wide", "abbreviated"]] = {"MMMM": "wide", "MMM": "abbreviated"}
PYTHON_CODES = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "Do": "%dst",
    "ddd": "%a",
    "T": "T",
    "hh": "%H",
    "h": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSSSSS": "%f",
    "SSS": "250",
    "AM": "%p",
    "ZZZ": "UTC",
    "Z": "Z",
}
EXAMPLES = {
    "iso": "2017-12-31T14:30:15+01:00",
    "excel": "43100.5",
    "excel-1904": "41638.5",
    "epoch": "1514730615",
    "epoch-ms": "1514730615000",
}


@dataclass(frozen=True)
class Moment:
    """An instant, or a day without a time: some instant from `earliest` to `latest`, at `noon` unless another date says
    better. `label`, `text`: the cell that says so."""

    earliest: datetime
    latest: datetime
    noon: datetime
    day: date
    label: str
    text: str

    def __str__(self) -> str:
        return f"{self.label} {self.text!r}"

    @property
    def is_day(self) -> bool:
        return self.earliest != self.latest


@dataclass(frozen=True)
class Dates:
    """`zone` decides which day an instant belongs to; `clock`: of times that are written without an offset."""

    patterns: Sequence[str]
    formats: Sequence[Format]
    zone: ZoneInfo
    clock: ZoneInfo
    language: str = "en"
    remembered: dict[tuple[str, str], Moment] = field(default_factory=dict, compare=False)
    """Exports repeat their dates."""

    def moment(self, label: str, text: str) -> Moment:
        """`label`: of the column, for the refusal. Raises `InvalidRow`."""
        cell = (label, text)
        known = self.remembered.get(cell)
        if known is None or type(text) is not str:
            parsed = self.parse(label, text)
            must_be_in_range(label, text, parsed)
            known = self.moment_of(parsed, label, text)
            if len(self.remembered) < REMEMBERED and type(text) is str:
                self.remembered[cell] = known
        return known

    def day(self, label: str, text: str) -> date:
        return self.moment(label, text).day

    def moment_of(self, parsed: Parsed, label: str, text: str) -> Moment:
        if isinstance(parsed, datetime):
            instant = parsed.astimezone(UTC)
            return Moment(instant, instant, instant, parsed.astimezone(self.zone).date(), label, text)
        midnight = datetime.combine(parsed, time(), self.zone).astimezone(UTC)
        last = datetime.combine(parsed, time.max, self.zone).astimezone(UTC)
        noon = datetime.combine(parsed, NOON, self.zone).astimezone(UTC)
        return Moment(midnight, last, noon, parsed, label, text)

    def parse(self, label: str, text: str) -> Parsed:
        """Refuses also what two of the formats read differently."""
        if isinstance(text, WorkbookDate):
            return self.of_workbook(label, text)
        try:
            found = self.readings(text) or self.readings(with_ascii_digits(text))
        except (ValueError, OverflowError) as error:
            raise InvalidRow(f"{no_date(label, text, error)}; {self.expected()}") from None
        if len(found) > 1:
            raise InvalidRow(f"{label} {text!r} may be {' or '.join(sorted(map(self.shown, found)))}")
        if not found:
            raise invalid_cell(label, text, f"a date written as {' or '.join(self.patterns)}", self.example())
        return found.pop()

    def readings(self, text: str) -> set[Parsed]:
        return {one for each in self.formats if text and (one := each.parse(text)) is not None}

    def of_workbook(self, label: str, text: str) -> Parsed:
        try:
            parsed = datetime.fromisoformat(text)
            return parsed.date() if "T" not in text else at_clock(parsed, self.clock)
        except ValueError as error:
            raise InvalidRow(no_date(label, text, error)) from None

    def expected(self) -> str:
        return f"expected is {' or '.join(self.patterns)}, such as {self.example()}"

    def example(self) -> str:
        pattern = self.patterns[0]
        return EXAMPLES.get(pattern) or example_of(pattern, self.language)

    def shown(self, parsed: Parsed) -> str:
        """The day, or the instant in the export's zone."""
        if isinstance(parsed, datetime):
            return parsed.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")
        return parsed.isoformat()


def no_date(label: str, text: str, error: Exception) -> str:
    why = f" ({error})" if isinstance(error, NoSuchDate) else ""
    return f"{label} {shortened(text)!r} is no date of the calendar{why}"


def must_be_in_range(label: str, text: str, parsed: Parsed) -> None:
    """Checks a date before it is converted: Python's calendar ends with the years 1 and 9999, in whatever zone."""
    day = parsed.date() if isinstance(parsed, datetime) else parsed
    if not EARLIEST.date() + MARGIN <= day < LATEST.date() - MARGIN:
        raise InvalidRow(f"{label} {text!r} lies outside of the years {EARLIEST.year} to {LATEST.year - 1}")


def example_of(pattern: str, language: str = "en") -> str:
    december = {piece: str(get_month_names(width, "format", language)[12]) for piece, width in MONTHS.items()}
    pieces = list(pieces_of(pattern))
    known = PYTHON_CODES | december | ({"hh": "%I"} if "AM" in pieces else {})
    codes = (known.get(piece, piece.strip("'")) for piece in pieces)
    return SAMPLE_DAY.strftime("".join(codes))


def instant_text(instant: datetime) -> str:
    """The instant in the notation of our services."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
