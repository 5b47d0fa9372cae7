"""An export as it lies there: rows with their line numbers; what cannot be read for certain is refused, not guessed.

A file is gone through twice: first to see that all of it can be read, then, row by row, to take it. Its size does not
matter.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from funnelcast.failure import Failed

DELIMITERS = (",", ";", "\t")
GZIPPED = b"\x1f\x8b"


@dataclass(frozen=True)
class Row:
    """`line`: where it begins in the file, the header being line 1. `cells`: as they stand there, stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class Unfit(ValueError):
    """What is refused; the text is the reason in the reject file. `row`: which of several rows is to blame."""

    def __init__(self, reason: str, row: Row | None = None) -> None:
        super().__init__(reason)
        self.row = row


@dataclass(frozen=True)
class Rejected:
    line: int
    reason: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Layout:
    """How a file is written. `delimiter`: by default what the header uses most. `quoted_whole`: a row may be one
    quoted cell, in which the row itself stands."""

    encoding: str = "utf-8"
    delimiter: str | None = None
    quoted_whole: bool = False


PLAIN = Layout()


@dataclass(frozen=True)
class Export:
    """`total`: how many rows there are. `unlike`: lines of the first few that do not have the header's columns."""

    file: Path
    layout: Layout
    columns: Sequence[str]
    total: int
    unlike: Sequence[int]

    def rows(self) -> Iterator[Row | Rejected]:
        numbered = numbered_rows(self.file, self.layout)
        next(numbered)
        return (fitting(self.columns, line, cells) for line, cells in numbered)


def survey(file: Path, wanted: Sequence[str], layout: Layout = PLAIN) -> Export:
    """Raises `Failed` when the file cannot be read to its end, or lacks one of the wanted columns."""
    numbered = numbered_rows(file, layout)
    _, header = next(numbered, (1, []))
    columns = [name.strip() for name in header]
    if lacking := [name for name in wanted if name not in columns]:
        raise Failed(f"{file} has no column {', '.join(lacking)}; its first line names {', '.join(columns) or 'none'}")
    named = [name for name in columns if name]
    if len(set(named)) < len(named):
        raise Failed(f"{file} names a column twice")
    total, unlike = 0, list[int]()
    for line, cells in numbered:
        total += 1
        if len(cells) != len(columns) and len(unlike) < 5:
            unlike.append(line)
    return Export(file, layout, columns, total, unlike)


def table(file: Path, wanted: Sequence[str]) -> list[Row]:
    """All rows of a small file, such as a price list. Raises `Failed` when one of them cannot be read."""
    rows = list[Row]()
    for row in survey(file, wanted).rows():
        if isinstance(row, Rejected):
            raise Failed(f"{file}, line {row.line}: {row.reason}")
        rows.append(row)
    return rows


def fitting(columns: Sequence[str], line: int, cells: Sequence[str]) -> Row | Rejected:
    if len(cells) != len(columns):
        hint = "; is the row quoted whole? The mapping can say so" if len(cells) == 1 else ""
        return Rejected(line, f"has {len(cells)} cells where the header has {len(columns)}{hint}", cells)
    return Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


# -- from bytes to cells ---------------------------------------------------------------------------------------------


def numbered_rows(file: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a quoted cell may have several. Empty lines are no rows."""
    lines = text_lines(file, layout.encoding)
    first = next(lines, "")
    delimiter = layout.delimiter or delimiter_of(first)
    rows = csv.reader(whole(first, lines), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in rows:
            if cells:
                yield begins, inner(cells[0], delimiter) if layout.quoted_whole and len(cells) == 1 else cells
            begins = rows.line_num + 1
    except csv.Error as error:
        raise Failed(f"{file}, line {begins}: {error}") from None


def whole(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def inner(cell: str, delimiter: str) -> list[str]:
    """The row that stands in a quoted cell."""
    found = list(csv.reader(io.StringIO(cell, newline=""), delimiter=delimiter, strict=True))
    return found[0] if len(found) == 1 else [cell]


def delimiter_of(header: str) -> str:
    """The one that the header uses most."""
    return max(DELIMITERS, key=header.count)


def text_lines(file: Path, encoding: str) -> Iterator[str]:
    """Decoded one by one, so that a byte which is no text has a line number."""
    try:
        with opened(file) as lines:
            for number, line in enumerate(lines, 1):
                yield decoded(file, number, line, encoding)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Failed(f"{file} cannot be unpacked: {error}") from None
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror or error}") from None


def opened(file: Path) -> IO[bytes] | gzip.GzipFile:
    with file.open("rb") as raw:
        gzipped = raw.read(2) == GZIPPED
    return gzip.open(file, "rb") if gzipped else file.open("rb")


def decoded(file: Path, number: int, line: bytes, encoding: str) -> str:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        so = "save it as UTF-8, or name its encoding in a mapping of your own"
        raise Failed(f"{file}, line {number}: not {encoding.upper()}; {so}") from None
    return text.removeprefix("\ufeff") if number == 1 else text
