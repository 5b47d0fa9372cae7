"""An export as it lies there: rows with their line numbers; what cannot be read for certain is refused, not guessed."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from funnelcast.failure import Failed

DELIMITERS = (",", ";", "\t")


class Unfit(ValueError):
    """A row that is refused; the text is the reason in the reject file."""


@dataclass(frozen=True)
class Row:
    """`line`: where it begins in the file, the header being line 1. `cells`: as they stand there, stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Rejected:
    line: int
    reason: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Export:
    columns: Sequence[str]
    rows: Sequence[Row]
    rejected: Sequence[Rejected]
    """Rows that do not have the header's columns."""


def read(file: Path, wanted: Sequence[str]) -> Export:
    """Raises `Failed` when the file cannot be read, or lacks one of the wanted columns."""
    numbered = list(numbered_rows(file, content(file)))
    columns = [name.strip() for name in numbered[0][1]] if numbered else []
    if lacking := [name for name in wanted if name not in columns]:
        raise Failed(f"{file} has no column {', '.join(lacking)}; its first line names {', '.join(columns) or 'none'}")
    if len(set(columns)) < len(columns):
        raise Failed(f"{file} names a column twice")
    return sorted_out(columns, numbered[1:])


def content(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Failed(f"{file}, line {line}: not UTF-8; save it as UTF-8 first") from None


def delimiter_of(header: str) -> str:
    """The one that the header uses most."""
    return max(DELIMITERS, key=header.count)


def numbered_rows(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on: a quoted cell may have several. Empty lines are no rows."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text.partition("\n")[0]), strict=True)
    begins = 1
    try:
        for cells in rows:
            if cells:
                yield begins, cells
            begins = rows.line_num + 1
    except csv.Error as error:
        raise Failed(f"{file}, line {begins}: {error}") from None


def sorted_out(columns: Sequence[str], numbered: Sequence[tuple[int, list[str]]]) -> Export:
    fitting, rejected = list[Row](), list[Rejected]()
    for line, cells in numbered:
        if len(cells) == len(columns):
            fitting.append(Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
        else:
            rejected.append(Rejected(line, f"has {len(cells)} cells where the header has {len(columns)}", cells))
    return Export(columns, fitting, rejected)


def write_rejected(file: Path, columns: Sequence[str], rejected: Sequence[Rejected]) -> None:
    """Line number, reason and the row as it was. Written when there is none, too: an older file would mislead."""
    with file.open("w", newline="", encoding="utf-8") as writing:
        rows = csv.writer(writing)
        rows.writerow(["line", "reason", *columns])
        rows.writerows([one.line, one.reason, *one.cells] for one in sorted(rejected, key=lambda one: one.line))
