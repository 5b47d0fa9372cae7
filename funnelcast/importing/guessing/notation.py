"""The notation of dates and amounts, by what reads all of their values."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from unicodedata import category

from funnelcast.importing.cells.amounts import ABBREVIATED, SIGNS, UNKNOWN_SIGN, Amounts, Grouping
from funnelcast.importing.cells.date_formats import Locality, Parsed, format_of
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.files.workbook import WorkbookDate, WorkbookNumber
from shared.rules.money import is_currency

PIVOT = 1970
DATE_PATTERNS = (
    "YYYY-MM-DD",
    "YYYY-MM-DD hh:mm",
    "YYYY-MM-DD hh:mm:ss",
    "YYYY-MM-DD hh:mm:ss.SSS",
    "YYYY-MM-DD hh:mm:ss.SSSSSS",
    "YYYY-MM-DD hh:mm:ss ZZZ",
    "YYYY-MM-DDThh:mm:ss",
    "YYYY/MM/DD",
    "YYYY/MM/DD hh:mm",
    "YYYY\u5e74M\u6708D\u65e5",
    "iso",
    "D.M.YYYY",
    "D.M.YYYY hh:mm",
    "D.M.YYYY, hh:mm",
    "D.M.YYYY hh:mm:ss",
    "D.M.YY",
    "M/D/YYYY",
    "D/M/YYYY",
    "M/D/YYYY h:mm AM",
    "M/D/YYYY, h:mm AM",
    "M/D/YYYY h:mmAM",
    "M/D/YYYY hh:mm",
    "D/M/YYYY hh:mm",
    "M/D/YYYY hh:mm:ss",
    "D/M/YYYY hh:mm:ss",
    "M/D/YY",
    "D/M/YY",
    "D-MMM-YYYY",
    "D-MMM-YY",
    "D MMM YYYY",
    "MMM D, YYYY",
    "MMM D YYYY",
    "excel",
    "epoch",
    "epoch-ms",
)
Signs = tuple[str, str, Grouping]
NUMBERS: Sequence[Signs] = (
    (".", "", "thousands"),
    (".", ",", "thousands"),
    (",", "", "thousands"),
    (",", ".", "thousands"),
    (",", " ", "thousands"),
    (".", " ", "thousands"),
    (".", "'", "thousands"),
    (".", ",", "indian"),
)
"""The decimal sign, the one between groups, and what the groups are."""
PLAUSIBLE = range(1990, 2100)


@dataclass(frozen=True)
class DateGuess:
    """`rivals`: formats that read the same values as another day. `unread`: a value that no format reads."""

    patterns: Sequence[str]
    rivals: Sequence[str] = ()
    unread: str | None = None

    @property
    def needs_pivot(self) -> bool:
        return any("YY" in pattern.replace("YYYY", "") for pattern in self.patterns)


def guess_dates(values: Iterable[str]) -> DateGuess:
    """Formats that together read all values, the one that reads most of the remaining ones next."""
    remaining = {value.strip() for value in values if type(value) is not WorkbookDate}
    readers = {pattern: date_reader(pattern) for pattern in DATE_PATTERNS}
    chosen, rivals = list[str](), list[str]()
    while remaining:
        read = {name: {value for value in remaining if reader(value)} for name, reader in readers.items()}
        best = max(DATE_PATTERNS, key=lambda name: len(read[name]))
        if not read[best]:
            return DateGuess(chosen or ["YYYY-MM-DD"], rivals, min(remaining))
        chosen.append(best)
        rivals += [name for name in readers if name not in chosen and is_rival(read, readers, best, name)]
        remaining -= read[best]
    return DateGuess(chosen or ["YYYY-MM-DD"], rivals)


Reader = Callable[[str], Parsed | None]


def date_reader(pattern: str) -> Reader:
    notation = format_of(pattern, Locality(UTC, pivot=PIVOT))

    def read(text: str) -> Parsed | None:
        try:
            found = notation.parse(text)
        except (ValueError, OverflowError):
            return None
        return found if found is not None and found.year in PLAUSIBLE else None

    return read


def is_rival(read: dict[str, set[str]], readers: dict[str, Reader], best: str, other: str) -> bool:
    """Whether the other format reads all that the best one does, and some of it as another day."""
    if read[other] != read[best]:
        return False
    return any(readers[other](value) != readers[best](value) for value in read[best])


@dataclass(frozen=True)
class NumberGuess:
    """`rival`: other signs that read the same values as other numbers. `unread`: a value that no signs read."""

    decimal: str = "."
    thousands: str = ""
    grouping: Grouping = "thousands"
    rival: Signs | None = None
    unread: str | None = None


def guess_numbers(values: Iterable[str], symbols: Collection[str] = ()) -> NumberGuess:
    """`symbols`: signs of currencies that may stand beside the numbers."""
    texts = [value for value in values if type(value) is not WorkbookNumber]
    readings = {signs: [number(signs, symbols, text) for text in texts] for signs in NUMBERS}
    complete = [signs for signs, found in readings.items() if None not in found]
    if not complete:
        best = max(NUMBERS, key=lambda signs: len(texts) - readings[signs].count(None))
        return NumberGuess(*best, unread=texts[readings[best].index(None)])
    first, *others = complete
    rival = next((signs for signs in others if readings[signs] != readings[first]), None)
    return NumberGuess(*first, rival=rival)


def number(signs: Signs, symbols: Collection[str], text: str) -> Decimal | None:
    amounts = Amounts(*signs, symbols=dict.fromkeys(symbols, ""))
    try:
        return amounts.decimal_of("", text, amounts.split(text)[0].lstrip("-"))
    except InvalidRow:
        return None


def has_currency_beside(values: Iterable[str], symbols: Collection[str] = ()) -> bool:
    """Whether each value has a sign or code before or after it that is known, or one of the symbols."""
    amounts = Amounts(symbols=dict.fromkeys(symbols, ""))
    signs = [amounts.split(value)[1] for value in values]
    return bool(signs) and all(sign in symbols or sign in SIGNS or is_currency(sign) for sign in signs)


def unknown_signs(values: Iterable[str]) -> list[str]:
    """The signs of currencies, perhaps: what stands beside numbers, and is neither a known sign nor an abbreviated
    zero."""
    numbers = (Amounts().split(value)[0] for value in values)
    found = [UNKNOWN_SIGN.fullmatch(each) for each in numbers if not ABBREVIATED.fullmatch(each)]
    signs = [each["before"] or each["after"] for each in found if each]
    return [sign for sign in dict.fromkeys(signs) if any(one.isalpha() or category(one) == "Sc" for one in sign)]
