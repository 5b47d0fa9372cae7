"""The records of an export: each is a row, or all rows of a deal, wherever in the file they are."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

import orjson

from funnelcast.failure import Failed
from funnelcast.importing.files.export import Export, survey
from funnelcast.importing.files.row import Columns, RejectedRecord, Row, Skipped
from funnelcast.importing.files.workbook import WorkbookDate, WorkbookNumber
from funnelcast.importing.mapping.tables import Join
from funnelcast.importing.record import ExportKind, Record

ROWS = "CREATE TABLE rows (key TEXT, line INTEGER PRIMARY KEY, cells TEXT)"
ROWS_BY_KEY = "CREATE INDEX rows_by_key ON rows (key, line)"
BY_FIRST_LINE = "SELECT key, line, cells FROM rows ORDER BY min(line) OVER (PARTITION BY key), line"
JOINED = "CREATE TABLE joined (key TEXT PRIMARY KEY, cells TEXT) WITHOUT ROWID"
CACHE = "PRAGMA cache_size = -16000"
CELL_TYPES: Sequence[type[str]] = (str, WorkbookNumber, WorkbookDate)


def records(export: Export, kind: ExportKind) -> Iterator[Record | RejectedRecord | Skipped]:
    """The records in the order of their first lines, and the rows of each in the file's."""
    found = counted_rows(export, kind)
    if kind.join is not None:
        found = joined_rows(found, kind.join, export.file.parent)
    if kind.group_by is None:
        return ((row,) if isinstance(row, Row) else row for row in found)
    must_be_complete(export)
    return grouped(found, kind.group_by, export.columns)


def counted_rows(export: Export, kind: ExportKind) -> Iterator[Row | RejectedRecord | Skipped]:
    """The rows without those that the mapping's `only` and `skip` leave out."""
    accepts = kind.accepts
    if accepts is None:
        return export.rows()
    return (row if isinstance(row, RejectedRecord) or accepts(row) else Skipped(1) for row in export.rows())


def must_be_complete(export: Export) -> None:
    """A history that lacks a row would be another history."""
    if export.odd_lines:
        lines = ", ".join(str(line) for line in export.odd_lines)
        raise Failed(
            f"{export.file}, line {lines}: not as many cells as the header has; a history needs all of its rows, "
            "so nothing was imported. Mend them, or set file.pad_short_rows in the mapping"
        )


# -- by way of temporary files, so that memory does not grow with the export -----------------------------------------


def grouped(
    rows: Iterable[Row | RejectedRecord | Skipped], key: str, columns: Columns
) -> Iterator[Record | RejectedRecord | Skipped]:
    """A row without a key is a record of its own."""
    with closing(sqlite3.connect("")) as spool:
        spool.execute(CACHE)
        spool.execute(ROWS)
        for row in rows:
            if isinstance(row, Row):
                spool.execute("INSERT INTO rows VALUES (?, ?, ?)", (row[key], row.line, packed(row)))
            else:
                yield row
        spool.execute(ROWS_BY_KEY)
        for each, found in groupby(spool.execute(BY_FIRST_LINE), key=lambda one: one[0]):
            several = (unpacked(line, cells, columns) for _, line, cells in found)
            if each:
                yield tuple(several)
            else:
                yield from ((row,) for row in several)


def packed(row: Row) -> bytes:
    types = [CELL_TYPES.index(type(cell)) for cell in row.cells]
    return orjson.dumps([list(map(str, row.cells)), types if any(types) else None, row.joined])


def unpacked(line: int, stored: bytes, columns: Columns) -> Row:
    cells, types, joined = orjson.loads(stored)
    if types:
        cells = [CELL_TYPES[kind](cell) for kind, cell in zip(types, cells, strict=True)]
    return Row(line, cells, columns, joined)


def joined_rows(
    rows: Iterable[Row | RejectedRecord | Skipped], join: Join, folder: Path
) -> Iterator[Row | RejectedRecord | Skipped]:
    """The rows with the columns of the other file's row. A row without one has blanks in them."""
    with closing(sqlite3.connect("")) as table:
        table.execute(CACHE)
        table.execute(JOINED)
        table.executemany("INSERT OR IGNORE INTO joined VALUES (?, ?)", rows_to_join(join, folder))
        for row in rows:
            if isinstance(row, Row):
                found = table.execute("SELECT cells FROM joined WHERE key = ?", (row[join.key],)).fetchone()
                yield Row(row.line, row.cells, row.columns, orjson.loads(found[0]) if found else None)
            else:
                yield row


def rows_to_join(join: Join, folder: Path) -> Iterator[tuple[str, bytes]]:
    file = folder / join.file
    if not file.exists():
        raise Failed(f"{join.file} must lie beside the file: the mapping takes {', '.join(join.columns)} from it")
    for row in survey(file, [join.match, *join.columns]).rows():
        if isinstance(row, Row) and row[join.match]:
            yield row[join.match], orjson.dumps({column: str(row[column]) for column in join.columns})
