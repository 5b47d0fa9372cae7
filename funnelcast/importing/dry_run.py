"""A trial of an import, without a running system: the first records as they are read, and what would be refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import typer
import yaml

from funnelcast.importing.files.row import RejectedRecord, Skipped
from funnelcast.importing.reading import ImportSource, ReadRecord, checked, open_export, read_records
from funnelcast.importing.record import Body, ExportKind
from funnelcast.importing.rejects import Rejects, reject_file
from funnelcast.importing.summary import Summary, merged_json

FIRST = 5


@dataclass
class Trial:
    """`first`: the first records as they are read."""

    summary: Summary
    first: list[Body] = field(default_factory=list)


def run(source: ImportSource) -> list[Trial]:
    """Tries the file, and those that belong to it."""
    trials = list[Trial]()
    following: ImportSource | None = source
    while following is not None:
        trial, kind = try_out(following)
        trials.append(trial)
        following = following.companion(kind)
    return trials


def try_out(source: ImportSource) -> tuple[Trial, ExportKind]:
    opened = open_export(source)
    trial = Trial(Summary(source.file.name, opened.export.total))
    with reject_file(source.rejects, opened.export.columns.names) as rejects:
        for one in read_records(opened):
            count(trial, checked(opened.kind.kind, *one) if isinstance(one, tuple) else one, rejects)
    return trial, opened.kind


def count(trial: Trial, one: ReadRecord, rejects: Rejects) -> None:
    if isinstance(one, Skipped):
        trial.summary.skip(one)
    elif isinstance(one, RejectedRecord):
        trial.summary.reject(is_unread=True)
        rejects.add(one)
    else:
        record, mapped = one
        trial.summary.take(mapped, is_new=True)
        if len(trial.first) < FIRST:
            trial.first.append({"line": record[0].line, "reads": [*mapped.bodies, *mapped.activities]})


def show(trials: Sequence[Trial], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(merged_json([as_object(trial) for trial in trials])).decode())
        return
    for trial in trials:
        show_one(trial)


def show_one(trial: Trial) -> None:
    for each in trial.first:
        typer.echo(f"# line {each['line']}\n{yaml_text(each['reads'])}")
    one = trial.summary
    skipped = f", {one.skipped} rows skipped" if one.skipped else ""
    counts = f"{one.rows} rows of {one.records} records: {one.new} would be sent, {one.rejected} refused{skipped}"
    typer.echo(f"{one.file}: {counts}; nothing was sent")
    for line in one.detail_lines():
        typer.echo(line)


def as_object(trial: Trial) -> dict[str, Any]:
    """The summary that the import would have, as far as the file tells: what is stored a dry run does not know."""
    return trial.summary.as_json() | {"there": None, "first": trial.first}


def yaml_text(bodies: list[Body]) -> str:
    return yaml.safe_dump(bodies, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
