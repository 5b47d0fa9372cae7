"""A file and a mapping become records, each with what it becomes or why it is refused."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from funnelcast.failure import Failed
from funnelcast.importing.checks import check
from funnelcast.importing.files.export import Export, survey
from funnelcast.importing.files.row import InvalidRow, RejectedRecord, Row, Skipped, rejected_record, shortened
from funnelcast.importing.record import Body, ExportContext, ExportKind, Kind, MappedRecord, MapRecord, Record
from funnelcast.importing.records import records
from funnelcast.importing.seen import SeenIds
from funnelcast.importing.snapshot import SnapshotOptions
from shared.rules.clock_and_ids import ClockAndIds

ReadRecord = tuple[Record, MappedRecord] | RejectedRecord | Skipped


@dataclass(frozen=True)
class ImportSource:
    """A file, the kinds of export that it may be, and where its rejected rows go."""

    file: Path
    kinds: tuple[ExportKind, ...]
    currency: str | None = None
    rejects: Path | None = None
    snapshot: SnapshotOptions | None = None

    def companion(self, kind: ExportKind) -> "ImportSource | None":
        """The file that belongs to this one, if it lies there."""
        if kind.companion is None:
            return None
        name, companion = kind.companion
        file = self.file.parent / name
        if not file.exists():
            typer.echo(f"note: {name} does not lie beside the file: only {kind.kind} are imported", err=True)
            return None
        rejects = self.rejects and self.rejects.with_name(f"{self.rejects.stem}-{name}")
        return ImportSource(file, (companion,), self.currency, rejects, self.snapshot)


@dataclass(frozen=True)
class OpenedExport:
    source: ImportSource
    export: Export
    kind: ExportKind
    map_record: MapRecord


def open_export(source: ImportSource) -> OpenedExport:
    """Says what is missing beside the file, and what is passed over in it."""
    export, kind = surveyed(source)
    now, snapshot = ClockAndIds().now(), source.snapshot
    made = now if snapshot is None else snapshot.last_instant(kind.timezone, now)
    zone = ZoneInfo(kind.timezone)
    columns = [*export.columns.names, *(kind.join.columns if kind.join else ())]
    context = ExportContext(
        source.file.parent, source.currency, made.astimezone(zone), lambda: rows_of(export, kind), columns
    )
    map_record, missing = kind.open(context)
    for note in [*missing, *export.notes()]:
        typer.echo(f"note: {note}", err=True)
    return OpenedExport(source, export, kind, map_record)


def surveyed(source: ImportSource) -> tuple[Export, ExportKind]:
    """The survey, with the first kind whose columns the file has. Raises `Failed` when it fits none."""
    failures = list[Failed]()
    for kind in source.kinds:
        try:
            return survey_of(source.file, kind), kind
        except Failed as failure:
            failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    raise Failed("no mapping of this name fits the file:\n" + "\n".join(str(each) for each in failures))


def survey_of(file: Path, kind: ExportKind) -> Export:
    known = [*kind.columns, *kind.optional_columns]
    return survey(file, kind.columns, kind.layout, kind.blanks, known=known, ignore_case=kind.ignore_case)


def rows_of(export: Export, kind: ExportKind) -> Iterator[Row]:
    for record in records(export, replace(kind, group_by=None)):
        if not isinstance(record, RejectedRecord | Skipped):
            yield record[0]


def read_records(opened: OpenedExport) -> Generator[ReadRecord]:
    with closing(SeenIds()) as seen:
        for record in records(opened.export, opened.kind):
            yield record if isinstance(record, RejectedRecord | Skipped) else read_record(opened, seen, record)


def read_record(opened: OpenedExport, seen: SeenIds, record: Record) -> ReadRecord:
    """The record as the mapping reads it. What a service would refuse of it is left to the service, or to `checked`."""
    try:
        mapped = opened.map_record(record)
        if isinstance(mapped, Skipped):
            return mapped
        if repeats_earlier(seen, record, mapped):
            return Skipped(len(record), "the same as an earlier row: passed over")
    except InvalidRow as invalid:
        return rejected_record(record, f"{invalid}{missing_in_join(opened.kind, record[0])}", invalid.row)
    return record, mapped


def missing_in_join(kind: ExportKind, row: Row) -> str:
    """That the row of the other file is missing, which makes cells empty that are not columns of the export."""
    join = kind.join
    if join is None or row.joined is not None:
        return ""
    return f"; {join.file} has no row whose {join.match} is {shortened(row[join.key])!r}"


def checked(kind: Kind, record: Record, mapped: MappedRecord) -> ReadRecord:
    """The record, unless a service would refuse its body: then why, in the words of the export."""
    try:
        check(kind, mapped, ClockAndIds().now())
    except InvalidRow as invalid:
        return rejected_record(record, str(invalid), invalid.row)
    return record, mapped


def repeats_earlier(seen: SeenIds, record: Record, mapped: MappedRecord) -> bool:
    """Whether the record says only what an earlier one has said. An id that stands in the file twice with other values
    is refused the second time, and so is a quota."""
    is_repeated = False
    for body in mapped.bodies:
        key, name = key_of(body)
        earlier = seen.earlier_line(record[0].line, key, body) if key else None
        if earlier is not None and not earlier[1]:
            raise InvalidRow(f"{name} is in line {earlier[0]} too, with other values")
        is_repeated = is_repeated or earlier is not None
    return is_repeated and not mapped.activities


def key_of(body: Body) -> tuple[str, str]:
    """What no two different rows may have in common, and its name. Nodes come with each row below them: they have
    none."""
    if "external_id" in body:
        return body["external_id"], f"the id {body['external_id'].partition(':')[2]!r}"
    if "period" in body:
        key = "/".join(str(body.get(name)) for name in ("node", "period", "motion", "from"))
        return key, f"the quota of {body['node']!r} for {body['period']}"
    return "", ""
