"""Rows of a text file whose cells are separated by a delimiter."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing.files.layout import Layout
from funnelcast.importing.files.text import text_lines

DELIMITERS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?\r?\n?")
"""A first line that names the delimiter, for spreadsheets."""
LOOKED_AT = 30
FAULTS = {
    "unexpected end": "a quote is opened here and never closed",
    "expected after": "a closing quote is followed by more text",
    "field larger": "a cell has more than 131,072 characters; is a quote opened and never closed?",
}
NumberedRow = tuple[int, list[str]]
"""The line on which a row begins, and its cells."""


def delimited_rows(file: Path, layout: Layout) -> Iterator[NumberedRow]:
    """Every row with the line on which it begins: a quoted cell may have several lines. A blank line has no cells."""
    lines = text_lines(file, layout.encoding)
    start = [line for _, line in zip(range(LOOKED_AT), lines, strict=False)]
    separator = SEPARATOR_LINE.fullmatch(start[0]) if start else None
    skipped = 1 if separator else 0
    delimiter = layout.delimiter or (separator[1] if separator else delimiter_of(start))
    rows = csv.reader(chain(start[skipped:], lines), delimiter=delimiter, strict=True)
    begins = 1 + skipped
    try:
        for cells in rows:
            is_quoted_whole = layout.quoted_whole and len(cells) == 1
            yield begins, row_in_cell(cells[0], delimiter) if is_quoted_whole else cells
            begins = rows.line_num + 1 + skipped
    except csv.Error as error:
        fault = next((text for start_of, text in FAULTS.items() if start_of in str(error)), str(error))
        raise Failed(f"{file}, line {begins}: {fault}") from None


def row_in_cell(cell: str, delimiter: str) -> list[str]:
    found = list(csv.reader(io.StringIO(cell, newline=""), delimiter=delimiter, strict=True))
    return found[0] if len(found) == 1 else [cell]


def delimiter_of(lines: list[str]) -> str:
    """The one that some line near the top uses most: the header has one between all of its names."""
    return max(DELIMITERS, key=lambda each: max((line.count(each) for line in lines), default=0))
