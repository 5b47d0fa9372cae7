"""An export: its header, and its rows with their line numbers.

The file is read twice: once to see that all of it can be read and where its table begins and ends, then row by row. Its
size does not matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing.files.delimited import DELIMITERS, NumberedRow, delimited_rows
from funnelcast.importing.files.layout import DEFAULT_LAYOUT, Layout
from funnelcast.importing.files.row import Columns, RejectedRecord, Row, rejected_row, shortened
from funnelcast.importing.files.workbook import WorkbookFormula, is_workbook, workbook_rows

WIDTHLESS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
"""Marks of the order of bytes among them, which some programs write twice."""
HEADER_WITHIN = 30
"""Rows among which the header is looked for."""


@dataclass(frozen=True)
class Export:
    """`header`: as it is in the file; lines before `header_line` are titles. `last_line`: of the table's last row.
    `total`: its rows. `blank`, `repeated_headers`, `footers`: rows that are passed over. `odd_lines`: some lines with
    too few or many cells."""

    file: Path
    layout: Layout
    columns: Columns
    header: Sequence[str]
    header_line: int
    last_line: int
    total: int
    blank: int
    repeated_headers: int
    footers: int
    odd_lines: Sequence[int]

    def rows(self) -> Iterator[Row | RejectedRecord]:
        header = self.header
        for line, cells in file_rows(self.file, self.layout):
            if line > self.last_line:
                return
            if line > self.header_line and not is_blank(cells) and not repeats(cells, header):
                yield self.row(line, cells)

    def row(self, line: int, cells: list[str]) -> Row | RejectedRecord:
        fault = fault_of(cells, self.columns.names, self.layout)
        return Row(line, cells, self.columns) if fault is None else rejected_row(line, fault, cells)

    def notes(self) -> Iterator[str]:
        counted = {
            "lines above the header": self.header_line - 1,
            "blank rows": self.blank,
            "repeated headers": self.repeated_headers,
            "lines below the table": self.footers,
        }
        return (f"{what} passed over: {count}" for what, count in counted.items() if count)


def survey(
    file: Path,
    wanted: Sequence[str],
    layout: Layout = DEFAULT_LAYOUT,
    blanks: frozenset[str] = frozenset(),
    *,
    known: Sequence[str] = (),
    ignore_case: bool = False,
) -> Export:
    """Raises `Failed` when the file cannot be read to its end, or lacks one of the wanted columns. `known`: columns
    whose names the header may have in another case, when `ignore_case` is set."""
    if is_workbook(file):
        layout = Layout(pad_short_rows=True, footer=layout.footer, sheet=layout.sheet)
    spellings = Spellings([*known, *wanted], ignore_case=ignore_case)
    layout, header_line, header = find_header(file, layout, wanted, spellings)
    names = spellings.names_of(header)
    must_be_unique(file, names, wanted)
    used = {place: name for place, name in enumerate(names) if name in {*known, *wanted}} if is_workbook(file) else {}
    seen = Survey(header, layout, header_line)
    for line, cells in file_rows(file, layout):
        if line > header_line:
            if used:
                must_have_results(file, line, cells, used)
            if not seen.add(line, cells):
                break
    seen.end()
    return Export(
        file,
        layout,
        Columns(names, blanks, ignore_case),
        header,
        header_line,
        seen.last_line,
        seen.total,
        seen.blank,
        seen.repeated,
        seen.footers,
        seen.odd_lines,
    )


def file_rows(file: Path, layout: Layout) -> Iterator[NumberedRow]:
    try:
        return workbook_rows(file, layout) if is_workbook(file) else delimited_rows(file, layout)
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror or error}") from None


# -- where the table begins ------------------------------------------------------------------------------------------


class Spellings:
    """The names of columns as the mapping spells them."""

    def __init__(self, names: Sequence[str], *, ignore_case: bool) -> None:
        self.ignore_case = ignore_case
        self.by_key = {self.key(name): name for name in names}

    def key(self, name: str) -> str:
        return visible(name).lower() if self.ignore_case else visible(name)

    def names_of(self, cells: Sequence[str]) -> list[str]:
        return [self.by_key.get(self.key(cell), cell) for cell in cells]


def visible(name: str) -> str:
    """Blanks of any kind are one, and characters without a width are none: nobody sees them in a header."""
    return " ".join(name.translate(WIDTHLESS).split())


class LacksColumns(Failed):
    """`columns`: those that the row which has most of them lacks."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        super().__init__(text)
        self.columns = columns


def find_header(
    file: Path, layout: Layout, wanted: Sequence[str], spellings: Spellings
) -> tuple[Layout, int, list[str]]:
    """The first row that has all wanted columns; what stands above it are titles. A delimiter that the rows use more
    than the header does, such as the commas of long texts, is not the file's."""
    failures = list[LacksColumns]()
    for each in possible_layouts(file, layout):
        try:
            return each, *header_in(file, each, wanted, spellings)
        except LacksColumns as failure:
            failures.append(failure)
        except Failed:
            if each is layout:
                raise
    raise min(failures, key=lambda failure: len(failure.columns))


def possible_layouts(file: Path, layout: Layout) -> list[Layout]:
    """The likeliest first."""
    if layout.delimiter is not None or is_workbook(file):
        return [layout]
    return [layout, *(replace(layout, delimiter=each) for each in DELIMITERS)]


def header_in(file: Path, layout: Layout, wanted: Sequence[str], spellings: Spellings) -> tuple[int, list[str]]:
    rows = [(line, stripped(cells)) for line, cells in islice(file_rows(file, layout), HEADER_WITHIN)]
    for line, names in rows:
        if set(wanted) <= {*spellings.names_of(names)} and not is_blank(names):
            return line, names
    line, names = max(rows, key=lambda row: len(set(wanted) & set(row[1])), default=(1, []))
    lacking = [name for name in wanted if name not in names]
    listed = ", ".join(meant(each, names) for each in lacking)
    raise LacksColumns(f"{file} has no column {listed}; {named(line, names)}", lacking)


def meant(name: str, names: Sequence[str]) -> str:
    by_case = {each.casefold(): each for each in names}
    near = get_close_matches(name.casefold(), by_case, 1, 0.8)
    return f"{name} (is {by_case[near[0]]!r} meant?)" if near else name


def named(line: int, names: Sequence[str]) -> str:
    shown = [name for name in names if name]
    return f"line {line} names {', '.join(shown[:40])}" if shown else "its first lines name none"


def must_be_unique(file: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    if twice := [name for name in wanted if names.count(name) > 1]:
        raise Failed(f"{file} names the column {twice[0]!r} twice, and the mapping uses it: rename one of them")


def must_have_results(file: Path, line: int, cells: Sequence[str], used: Mapping[int, str]) -> None:
    """A formula's result that is not there is no blank cell."""
    for position, cell in enumerate(cells):
        if type(cell) is WorkbookFormula and position in used:
            raise Failed(
                f"{file}, line {line}: {used[position]} has the formula {shortened(cell)!r} without its result: "
                "save the workbook with a spreadsheet program first"
            )


# -- where it ends ---------------------------------------------------------------------------------------------------


@dataclass
class Survey:
    """Counts the rows below the header. After a blank row, rows with a single cell up to the file's end are footers."""

    header: list[str]
    layout: Layout
    last_line: int
    total: int = 0
    blank: int = 0
    repeated: int = 0
    footers: int = 0
    odd_lines: list[int] = field(default_factory=list)
    after_blank: list[int] = field(default_factory=list)
    is_after_blank: bool = False

    def add(self, line: int, cells: list[str]) -> bool:
        """False at the first row of a footer that the mapping names."""
        if is_blank(cells):
            self.blank += 1
            self.is_after_blank = True
            return True
        if begins_with(cells, self.layout.footer):
            self.footers += 1
            return False
        if self.is_after_blank and is_lone(cells, self.header):
            self.after_blank.append(line)
            return True
        self.count_rows_after_blank()
        if repeats(cells, self.header):
            self.repeated += 1
        else:
            self.count(line, cells)
        self.last_line = line
        return True

    def count(self, line: int, cells: list[str]) -> None:
        self.total += 1
        if fault_of(cells, self.header, self.layout) is not None and len(self.odd_lines) < 5:
            self.odd_lines.append(line)

    def count_rows_after_blank(self) -> None:
        """Counts rows that were taken for footers: the table goes on after them."""
        self.total += len(self.after_blank)
        if not self.layout.pad_short_rows:
            self.odd_lines = [*self.odd_lines, *self.after_blank][:5]
        self.after_blank, self.is_after_blank = [], False

    def end(self) -> None:
        self.footers += len(self.after_blank)


def begins_with(cells: Sequence[str], footers: Sequence[str]) -> bool:
    first = next((text for cell in cells if (text := cell.strip())), "")
    return any(first.startswith(each) for each in footers)


def is_lone(cells: Sequence[str], header: Sequence[str]) -> bool:
    return len(header) > 1 and sum(bool(cell.strip()) for cell in cells) == 1


def repeats(cells: Sequence[str], header: Sequence[str]) -> bool:
    return len(cells) == len(header) and all(
        visible(cell) == visible(name) for cell, name in zip(cells, header, strict=True)
    )


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def stripped(cells: Sequence[str]) -> list[str]:
    return [str(cell).strip() for cell in cells]


def fault_of(cells: Sequence[str], names: Sequence[str], layout: Layout) -> str | None:
    """Why a row does not fit the header: too few cells, or more than it has names for."""
    found, expected = len(cells), len(names)
    is_short = found < expected and not layout.pad_short_rows and any(names[found:])
    if not is_short and (found <= expected or is_blank(cells[expected:])):
        return None
    hint = "; is the row quoted whole? The mapping can say so (file.quoted_whole)" if found == 1 else ""
    return f"has {found} cells where the header has {expected}{hint}"


# -- small files -----------------------------------------------------------------------------------------------------


def read_table(file: Path, wanted: Sequence[str]) -> list[Row]:
    """All rows of a small file, such as a price list. Raises `Failed` when one of them cannot be read."""
    rows = list[Row]()
    for row in survey(file, wanted).rows():
        if isinstance(row, RejectedRecord):
            raise Failed(f"{file}, line {row.line}: {row.reason}")
        rows.append(row)
    return rows
