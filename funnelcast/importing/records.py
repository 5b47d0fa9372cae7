"""Which rows belong together: each alone, or all of a deal's, wherever in the file they stand."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby

import orjson

from funnelcast.failure import Failed
from funnelcast.importing.export import Export, Rejected, Row

Record = tuple[Row, ...]
SPOOL = "CREATE TABLE rows (key TEXT, line INTEGER PRIMARY KEY, cells TEXT)"
INDEX = "CREATE INDEX of_key ON rows (key, line)"
IN_ORDER = "SELECT key, line, cells FROM rows ORDER BY min(line) OVER (PARTITION BY key), line"


def records(export: Export, together: str | None) -> Iterator[Record | Rejected]:
    """In the order of their first lines, the rows of each as they stand. `together`: the column that they share."""
    if together is None:
        return ((row,) if isinstance(row, Row) else row for row in export.rows())
    must_be_whole(export)
    return gathered((row for row in export.rows() if isinstance(row, Row)), together)


def must_be_whole(export: Export) -> None:
    """A history that lacks a row would be another history."""
    if export.unlike:
        lines = ", ".join(str(line) for line in export.unlike)
        raise Failed(f"{export.file}, line {lines}: not as many cells as the header has; nothing was taken")


def gathered(rows: Iterable[Row], together: str) -> Iterator[Record]:
    """By way of a temporary file, so that memory does not grow with the export."""
    with closing(sqlite3.connect("")) as spool:
        spool.execute(SPOOL)
        written = ((row[together], row.line, orjson.dumps(dict(row.cells)).decode()) for row in rows)
        spool.executemany("INSERT INTO rows VALUES (?, ?, ?)", written)
        spool.execute(INDEX)
        for key, found in groupby(spool.execute(IN_ORDER), key=lambda one: one[0]):
            several = (Row(line, orjson.loads(cells)) for _, line, cells in found)
            if key:
                yield tuple(several)
            else:
                yield from ((row,) for row in several)
