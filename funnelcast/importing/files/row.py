"""A row of an export, and what is refused of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Columns:
    """The header's names by position. `blanks`: words, in lower case, that mean an empty cell. `ignore_case`: words
    that a mapping lists are found in any case."""

    names: Sequence[str]
    blanks: frozenset[str] = frozenset()
    ignore_case: bool = False
    positions: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        positions: dict[str, int] = {}
        for position, name in enumerate(self.names):
            positions.setdefault(name, position)
        object.__setattr__(self, "positions", positions)


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: the one on which it begins, the file's first line being 1. `cells`: as they are in the file. `joined`: by
    name, cells of another file's row."""

    line: int
    cells: Sequence[str]
    columns: Columns
    joined: Mapping[str, str] | None = None

    def __getitem__(self, column: str) -> str:
        """The text of a cell without surrounding blanks; empty when the cell says that it is."""
        position = self.columns.positions.get(column)
        if position is not None:
            cell = self.cells[position] if position < len(self.cells) else ""
        else:
            cell = self.joined.get(column, "") if self.joined else ""
        text = cell.strip() if type(cell) is str else cell
        return "" if text.lower() in self.columns.blanks else text


class InvalidRow(ValueError):
    """The reason for which a record is refused. `row`: the one to blame, when a record has several."""

    def __init__(self, reason: str, row: Row | None = None) -> None:
        super().__init__(reason)
        self.row = row


def invalid_cell(label: str, text: str, expected: str, example: str) -> InvalidRow:
    """`label`: of the column. The reason names the cell, what was expected and an example."""
    shown = f"{label} {shortened(text)!r}" if text else f"{label} is empty"
    return InvalidRow(f"{shown}: {expected} is expected, such as {example}")


def shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True)
class RejectedRow:
    line: int
    reason: str
    cells: Sequence[str]


@dataclass(frozen=True)
class RejectedRecord:
    """A record that was refused: all of its rows, in the file's order, and its reason."""

    line: int
    reason: str
    rows: Sequence[RejectedRow]


@dataclass(frozen=True)
class Skipped:
    """Rows that the mapping leaves out. `note`: why, when that is to be counted."""

    rows: int
    note: str | None = None


def rejected_row(line: int, reason: str, cells: Sequence[str]) -> RejectedRecord:
    return RejectedRecord(line, reason, [RejectedRow(line, reason, cells)])


def rejected_record(record: Sequence[Row], reason: str, blamed: Row | None = None) -> RejectedRecord:
    """The other rows of the record are refused with the one to blame, so that the whole can be mended and imported."""
    blamed = blamed or record[0]
    other = f"refused with line {blamed.line}"
    rows = [RejectedRow(row.line, reason if row is blamed else other, row.cells) for row in record]
    return RejectedRecord(blamed.line, reason, rows)
