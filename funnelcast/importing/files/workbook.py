"""Rows of a workbook (.xlsx). Its numbers and dates keep their types, so that no notation has to be guessed."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from funnelcast.failure import Failed
from funnelcast.importing.files.delimited import NumberedRow
from funnelcast.importing.files.layout import Layout

ZIP_MAGIC = b"PK\x03\x04"
LARGEST_PART = 2_000_000_000
LARGEST_TEXTS = 100_000_000
"""Bytes of a workbook's parts when unpacked: its rows are read one by one, its texts are kept in memory."""
TEXTS = "xl/sharedStrings.xml"
BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError)
"""What the library raises for a file that is no workbook, or a damaged one."""


class WorkbookNumber(str):
    """A number, written with a point and without grouping."""

    __slots__ = ()


class WorkbookDate(str):
    """A day or a time of the clock, in ISO form without an offset."""

    __slots__ = ()


def is_workbook(file: Path) -> bool:
    with file.open("rb") as raw:
        return raw.read(4) == ZIP_MAGIC


def workbook_rows(file: Path, layout: Layout) -> Iterator[NumberedRow]:
    with opened_book(file) as book:
        sheet = book[sheet_name(file, sheet_names_of(book), layout.sheet)]
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [cell_text(value) for value in values]


def sheet_names(file: Path) -> list[str]:
    with opened_book(file) as book:
        return sheet_names_of(book)


def sheet_names_of(book: Workbook) -> list[str]:
    """Those with cells: not those that are charts."""
    return [sheet.title for sheet in book.worksheets]


@contextmanager
def opened_book(file: Path) -> Iterator[Workbook]:
    try:
        must_be_bounded(file)
        with warnings.catch_warnings(), file.open("rb") as opened:
            warnings.simplefilter("ignore")
            book = load_workbook(opened, read_only=True, data_only=True)
            yield book
            book.close()
    except BROKEN:
        raise Failed(f"{file} begins like a workbook (.xlsx) and cannot be read as one: save it as CSV") from None


def must_be_bounded(file: Path) -> None:
    with zipfile.ZipFile(file) as parts:
        for part in parts.infolist():
            if part.file_size > (LARGEST_TEXTS if part.filename == TEXTS else LARGEST_PART):
                raise Failed(f"{file} is too large for a workbook: save it as CSV")


def sheet_name(file: Path, names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        asked = f"no sheet {wanted!r}" if wanted else "several sheets"
        raise Failed(f"{file} has {asked}; name one of them in the mapping (file.sheet): {', '.join(names)}")
    return wanted


def cell_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return WorkbookNumber(value)
        case float():
            return WorkbookNumber(number_text(value))
        case datetime():
            return WorkbookDate(value.date().isoformat() if value.time() == time() else value.isoformat())
        case date() | time():
            return WorkbookDate(value.isoformat())
        case _:
            return str(value)


def number_text(value: float) -> str:
    """`1234.5`, never `1.2345E+3`; a whole number has no point."""
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
