"""Cells of a workbook that are merged downwards: what the first one says counts for each of their rows."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from openpyxl.utils import column_index_from_string

from funnelcast.failure import Failed

MERGED = re.compile(rb'mergeCell\s[^>]{0,200}?\bref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
LONGEST = 300
"""The bytes of one such element, at the most."""
CHUNK = 1_000_000
MOST = 100_000


@dataclass
class MergedCells:
    """`last_rows`: by first row, the column, from 0, and the last row of each. `texts`: by column, the last row and
    the text of those that the present row is in."""

    last_rows: Mapping[int, Sequence[tuple[int, int]]]
    texts: dict[int, tuple[int, str]] = field(default_factory=dict)

    def filled(self, number: int, cells: list[str], is_for_all: Callable[[str], bool]) -> list[str]:
        """The row with the texts of the cells that begin above it, unless it is blank otherwise."""
        self.texts = {column: found for column, found in self.texts.items() if found[0] >= number}
        has_own = any(cells)
        for column, (_, text) in self.texts.items():
            cells += [""] * (column + 1 - len(cells))
            if has_own and not cells[column]:
                cells[column] = text
        for column, last in self.last_rows.get(number, ()):
            if column < len(cells) and is_for_all(cells[column]):
                self.texts[column] = (last, cells[column])
        return cells


def merged_cells(sheet: IO[bytes]) -> MergedCells:
    """From the sheet's XML, where they are named after the rows. Raises `Failed` for more than any people merge."""
    found, count, before = defaultdict[int, list[tuple[int, int]]](list), 0, b""
    while chunk := sheet.read(CHUNK):
        text, at = before + chunk, 0
        for each in MERGED.finditer(text) if b"mergeCell" in text else ():
            column, first, last = column_index_from_string(each[1].decode()) - 1, int(each[2]), int(each[3])
            at, count = each.end(), count + 1
            if last > first:
                found[first].append((column, last))
        if count > MOST:
            raise Failed(f"more than {MOST:,} cells of the workbook are merged: save it as CSV")
        before = text[max(at, len(text) - LONGEST) :]
    return MergedCells(found)
