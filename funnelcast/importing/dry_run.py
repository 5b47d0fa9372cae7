"""What an import would do, without a running system: the first records as they are read, and what would be refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import typer
import yaml
from pydantic import BaseModel, ValidationError

from funnelcast.importing import rejects
from funnelcast.importing.export import Rejected
from funnelcast.importing.mapping import Body, Kind
from funnelcast.importing.rejects import Rejects
from funnelcast.importing.run import Read, Source, Summary, opened, read, rows_of
from funnelcast.importing.sending import refused
from services.lead_intake.lead.commands import CaptureLead
from services.pipeline.opportunity.history import History

FIRST = 5
LINES: Mapping[Kind, type[BaseModel]] = {"opportunities": History, "leads": CaptureLead}
"""What the services would read a line as."""


@dataclass
class Trial:
    """`summary.there` stays 0: what is stored already is not asked."""

    summary: Summary
    first: list[Body] = field(default_factory=list)


def run(source: Source) -> list[Trial]:
    """Of the file and of what goes with it."""
    trials = list[Trial]()
    following: Source | None = source
    while following is not None:
        trials.append(tried(following))
        following = following.beside()
    return trials


def tried(source: Source) -> Trial:
    export, to_commands = opened(source)
    trial = Trial(Summary(source.file.name, 0))
    with rejects.kept(source.rejects, export.columns) as kept:
        for one in read(export, source.part, to_commands):
            count(trial, checked(source.part.kind, one), kept)
    return trial


def checked(kind: Kind, one: Read) -> Read:
    """As the service will look at it."""
    model = LINES.get(kind)
    if isinstance(one, Rejected) or model is None:
        return one
    record, mapped = one
    try:
        for body in mapped.bodies:
            model.model_validate_json(orjson.dumps(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        return refused(record, f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}")
    return one


def count(trial: Trial, one: Read, kept: Rejects) -> None:
    summary = trial.summary
    summary.rows += rows_of(one)
    summary.records += 1
    if isinstance(one, Rejected):
        summary.rejected += 1
        kept.add(one)
        return
    record, mapped = one
    summary.new += 1
    summary.notes.update(mapped.notes)
    if len(trial.first) < FIRST:
        trial.first.append({"line": record[0].line, "reads": list(mapped.bodies)})


def show(trials: list[Trial], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps([told(trial) for trial in trials]).decode())
        return
    for trial in trials:
        show_one(trial)


def show_one(trial: Trial) -> None:
    for each in trial.first:
        typer.echo(f"# line {each['line']}\n{written(each['reads'])}")
    one = trial.summary
    counted = f"{one.rows} rows of {one.records} records: {one.new} would be sent, {one.rejected} refused"
    typer.echo(f"{one.file}: {counted}; nothing was sent")
    for note, number in sorted(one.notes.items()):
        typer.echo(f"  {number:>7}  {note}")


def told(trial: Trial) -> dict[str, Any]:
    summary = trial.summary
    counted = {"file": summary.file, "rows": summary.rows, "records": summary.records}
    judged = {"would_be_sent": summary.new, "would_be_refused": summary.rejected}
    return counted | judged | {"notes": dict(sorted(summary.notes.items())), "first": trial.first}


def written(bodies: list[Body]) -> str:
    return yaml.safe_dump(bodies, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
