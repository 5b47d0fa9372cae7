"""Rows of a workbook (.xlsx). Its numbers and dates keep their types, so that no notation has to be guessed."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from funnelcast.failure import Failed
from funnelcast.importing.files.delimited import NumberedRow
from funnelcast.importing.files.layout import Layout
from funnelcast.importing.files.merged import merged_cells

ZIP_MAGIC = b"PK\x03\x04"
LARGEST_PART = 2_000_000_000
LARGEST_TEXTS = 100_000_000
"""The bytes of a workbook's parts when unpacked: its rows are read one by one, its texts are kept in memory."""
TEXTS = "xl/sharedStrings.xml"
LAST_ROW = 1_048_576
"""The last row of any sheet: a number beyond it is damage, and the rows up to it would not end."""
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    EOFError,
    zlib.error,
)
"""The errors that the library raises for a file that is no workbook, or a damaged one."""


class WorkbookNumber(str):
    """A number, written with a point and without grouping."""

    __slots__ = ()


class WorkbookDate(str):
    """A day or a time of the clock, in ISO form without an offset."""

    __slots__ = ()


class WorkbookFormula(str):
    """A formula whose result is not in the workbook: the program that wrote it does not calculate."""

    __slots__ = ()


class CellParser(WorkSheetParser):
    """Tells a formula without a result, which the library takes for a blank cell, from one whose result is empty."""

    def parse_cell(self, element: Any) -> Any:
        cell = super().parse_cell(element)
        if cell["value"] is None and (formula := element.find(FORMULA_TAG)) is not None:
            is_empty_text = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            if not is_empty_text:
                cell["value"] = WorkbookFormula(f"={formula.text or ''}")
        return cell


def is_workbook(file: Path) -> bool:
    try:
        with file.open("rb") as raw:
            return raw.read(4) == ZIP_MAGIC
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror or error}") from None


def workbook_rows(file: Path, layout: Layout) -> Iterator[NumberedRow]:
    """The rows of the sheet. Those that the file leaves out are blank. Cells that are merged downwards say the same."""
    with opened_book(file) as book:
        sheet: Any = book[sheet_name(file, book, layout.sheet)]
        following = 1
        with sheet._get_source() as source:
            merged = merged_cells(source)
        for number, values in sheet_rows(sheet):
            if number > LAST_ROW:
                raise ValueError("a sheet has no such row")
            yield from ((blank, []) for blank in range(following, number))
            if number >= following:
                cells = [cell_text(value) for value in values]
                yield number, merged.filled(number, cells, is_no_amount)
                following = number + 1


def sheet_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows as `iter_rows` of the library reads them, but by our own parser."""
    book = sheet.parent
    with sheet._get_source() as source:
        parser = CellParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, row in parser.parse():
            yield number, sheet._get_row(row, values_only=True)


def sheet_names(file: Path) -> list[str]:
    with opened_book(file) as book:
        return visible_sheets(book)


def visible_sheets(book: Workbook) -> list[str]:
    """The sheets with cells, not those that are charts; hidden ones, in which programs keep their own notes, only where
    there are no others."""
    names = [sheet.title for sheet in book.worksheets]
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return visible or names


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


def sheet_name(file: Path, book: Workbook, wanted: str | None) -> str:
    names = visible_sheets(book)
    if not names:
        raise Failed(f"{file} has no sheet with cells: save it again with a spreadsheet program, or as CSV")
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None or wanted not in book.sheetnames:
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
        case WorkbookFormula():
            return value
        case _:
            return unescape(str(value))


def is_no_amount(text: str) -> bool:
    """A merged amount may be the sum of its rows."""
    return isinstance(text, WorkbookDate) or any(character.isalpha() for character in text)


def number_text(value: float) -> str:
    """`1234.5`, never `1.2345E+3`; a whole number has no point."""
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
