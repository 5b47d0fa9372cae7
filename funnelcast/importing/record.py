"""The result of a mapping for the rows of one record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from funnelcast.importing.files.layout import DEFAULT_LAYOUT, Layout
from funnelcast.importing.files.row import Row, Skipped
from funnelcast.importing.mapping.tables import Join
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.state import Process

Kind = Literal["opportunities", "leads", "org", "quotas"]
Body = dict[str, Any]
Record = tuple[Row, ...]
"""A row, or all rows of a deal's history."""


@dataclass(frozen=True)
class ExportContext:
    """The facts about an export that a mapping may use besides a single row. `folder`: of the export. `currency`: the
    command's option, where neither the export nor the mapping names one. `made`: when the export was made, in its zone;
    nothing in it is later. `rows`: all of the export's. `columns`: its header."""

    folder: Path
    currency: str | None
    made: datetime
    rows: Callable[[], Iterator[Row]] = lambda: iter(())
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class MappedRecord:
    """`bodies`: of the requests that a record becomes, in order. `notes`: what was filled in, or looks odd. `labels`:
    by the names of a body's fields, the columns that they come from, for messages. `activities`: of a lead, sent after
    its capture. `changed_at`: of a deal, the instant of its last change, if the export says that."""

    bodies: Sequence[Body]
    notes: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    activities: Sequence[Body] = ()
    changed_at: str | None = None


MapRecord = Callable[[Record], MappedRecord | Skipped]
"""Raises `InvalidRow` for a record that is refused."""
MapRow = Callable[[Row], MappedRecord | Skipped]


def row_by_row(map_row: MapRow) -> MapRecord:
    return lambda record: map_row(record[0])


@dataclass(frozen=True)
class ExportKind:
    """A mapping's rules for one kind of export. `open` reads the files beside the export, once, and says which are
    missing. `group_by`: the column that the rows of one record share. `accepts`: whether a row counts. `pipeline`: the
    sales process that must be defined first. `companion`: a file that belongs to this one and is imported after it.
    `name`: of the mapping, with which external ids begin. `compares`: fields of a deal that a later export is compared
    by.

    `open` reads the files beside the export, once, and says which are missing. `group_by`: the column that the rows of
    one record share. `accepts`: whether a row counts. `pipeline`: the sales process that must be defined first.
    `companion`: a file that belongs to this one and is imported after it. `name`: of the mapping, with which external
    ids begin. `compares`: fields of a deal that a later export is compared by.
    """

    kind: Kind
    columns: Sequence[str]
    open: Callable[[ExportContext], tuple[MapRecord, Sequence[str]]]
    layout: Layout = DEFAULT_LAYOUT
    blanks: frozenset[str] = frozenset()
    ignore_case: bool = False
    optional_columns: Sequence[str] = ()
    group_by: str | None = None
    join: Join | None = None
    accepts: Callable[[Row], bool] | None = None
    pipeline: Body | None = None
    companion: "tuple[str, ExportKind] | None" = None
    name: str = ""
    timezone: str = "UTC"
    process: Process = DEFAULT
    compares: frozenset[str] = frozenset({"stage", "owner"})


@dataclass(frozen=True)
class NamedMapping:
    """Kinds of one name are tried in order: the first whose columns the file has is taken."""

    name: str
    kinds: Sequence[ExportKind]
