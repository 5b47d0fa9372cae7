"""A mapping as its user writes it, and what rows become by it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

from funnelcast.importing.files.row import Columns, Row, Skipped
from funnelcast.importing.kinds import export_kind
from funnelcast.importing.mapping.yaml_file import parse_mapping
from funnelcast.importing.record import ExportContext, MappedRecord

Body = dict[str, Any]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row_of(line: int, cells: Mapping[str, str], blanks: Iterable[str] = (), *, ignore_case: bool = False) -> Row:
    return Row(line, list(cells.values()), Columns(list(cells), frozenset(blanks), ignore_case))


def export_context(folder: Path = Path(), now: datetime = NOW) -> ExportContext:
    return ExportContext(folder, "USD", now)


def map_rows(mapping: str, *rows: Body, folder: Path = Path(), now: datetime = NOW) -> MappedRecord | Skipped:
    """Maps the rows of one record; the first row is in line 2."""
    kind = export_kind(parse_mapping(dedent(mapping), {}))
    map_record, _ = kind.open(export_context(folder, now))
    found = [row_of(n, row, kind.blanks, ignore_case=kind.ignore_case) for n, row in enumerate(rows, 2)]
    return map_record(tuple(found))


def mapped(mapping: str, *rows: Body, folder: Path = Path(), now: datetime = NOW) -> MappedRecord:
    record = map_rows(mapping, *rows, folder=folder, now=now)
    assert isinstance(record, MappedRecord)
    return record


def facts(record: MappedRecord) -> list[Body]:
    (body,) = record.bodies
    found: list[Body] = body["facts"]
    return found


def commands(record: MappedRecord) -> list[str]:
    return [fact["command"] for fact in facts(record)]
