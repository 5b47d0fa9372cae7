"""`funnelcast import`: from the file to what is shown at the end of the way, with every row accounted for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from funnelcast import client, tables
from funnelcast.importing import rejects, sending
from funnelcast.importing.export import Export, Rejected, Unfit, survey
from funnelcast.importing.mapping import Beside, Part, ToCommands
from funnelcast.importing.records import Record, records
from funnelcast.importing.rejects import Rejects
from funnelcast.importing.sending import Answer, Pair, Send

AT_ONCE = 500
"""Records of a request: as many as a service takes in one transaction."""
MOST_ROWS = 10_000
"""Rows of a request: whole histories may be long, and a request has a largest size."""
Read = Pair | Rejected


@dataclass
class Summary:
    """`records` = `new` + `there` + `rejected`; a record has one row, or several. `notes`: what was filled in or looks
    odd, and how often."""

    file: str
    rows: int
    records: int = 0
    new: int = 0
    there: int = 0
    rejected: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def nothing_taken(self) -> bool:
        return 0 < self.rejected == self.records


@dataclass(frozen=True)
class Target:
    url: str
    key: str


@dataclass(frozen=True)
class Source:
    """A file, the part of a mapping that reads it, and where its refused rows go."""

    file: Path
    part: Part
    currency: str
    rejects: Path | None

    def beside(self) -> "Source | None":
        """What goes with it, if it lies there."""
        if self.part.beside is None:
            return None
        name, part = self.part.beside
        file = self.file.parent / name
        if not file.exists():
            typer.echo(f"note: {name} does not lie beside the file: only {self.part.kind} are taken", err=True)
            return None
        rejected = self.rejects and self.rejects.with_name(f"{self.rejects.stem}-{name}")
        return Source(file, part, self.currency, rejected)


async def run(target: Target, source: Source) -> list[Summary]:
    """Of the file and of what goes with it. Returns when the numbers are to be seen."""
    summaries = list[Summary]()
    async with client.connected(target.url, target.key) as http:
        following: Source | None = source
        while following is not None:
            summaries.append(await imported(http, following))
            following = following.beside()
    return summaries


async def imported(http: httpx.AsyncClient, source: Source) -> Summary:
    export, to_commands = opened(source)
    part, way = source.part, sending.WAYS[source.part.kind]
    if part.pipeline is not None and (differs := await sending.define(http, part.pipeline)):
        typer.echo(f"note: {differs}", err=True)
    summary = Summary(source.file.name, export.total)
    with rejects.kept(source.rejects, export.columns) as kept:
        last = await sent(way.send(http), export, read(export, part, to_commands), summary, kept)
    if last:
        await sending.visible(http, way, last)
    return summary


def opened(source: Source) -> tuple[Export, ToCommands]:
    """Says what is missing beside the file."""
    part = source.part
    export = survey(source.file, part.columns, part.layout)
    to_commands, missing = part.open(Beside(source.file.parent, source.currency))
    for each in missing:
        typer.echo(f"note: {each}", err=True)
    return export, to_commands


def read(export: Export, part: Part, to_commands: ToCommands) -> Iterator[Read]:
    for record in records(export, part.together):
        yield record if isinstance(record, Rejected) else mapped(record, to_commands)


def mapped(record: Record, to_commands: ToCommands) -> Read:
    try:
        return record, to_commands(record)
    except Unfit as unfit:
        blamed = unfit.row or record[0]
        return Rejected(blamed.line, str(unfit), list(blamed.cells.values()))


async def sent(send: Send, export: Export, all_read: Iterable[Read], summary: Summary, kept: Rejects) -> int:
    """The last position that was written."""
    last = 0
    columns = TextColumn(summary.file), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=tables.console(stderr=True)) as progress:
        task = progress.add_task(summary.file, total=export.total)
        for some in chunks(all_read):
            answers = await send([one for one in some if not isinstance(one, Rejected)])
            last = max(last, counted(some, answers, summary, kept))
            progress.advance(task, sum(rows_of(one) for one in some))
        progress.update(task, completed=export.total)
    return last


def counted(some: Sequence[Read], answers: Sequence[Answer], summary: Summary, kept: Rejects) -> int:
    """In the order of the file, whoever refused."""
    coming, last = iter(answers), 0
    for one in some:
        answer = one if isinstance(one, Rejected) else next(coming)
        summary.records += 1
        if isinstance(answer, Rejected):
            summary.rejected += 1
            kept.add(answer)
        elif not isinstance(one, Rejected):
            summary.new += answer.new
            summary.there += not answer.new
            summary.notes.update(one[1].notes)
            last = max(last, answer.position)
    return last


def chunks(all_read: Iterable[Read]) -> Iterator[list[Read]]:
    some, rows = list[Read](), 0
    for one in all_read:
        some.append(one)
        rows += rows_of(one)
        if len(some) == AT_ONCE or rows >= MOST_ROWS:
            yield some
            some, rows = [], 0
    if some:
        yield some


def rows_of(one: Read) -> int:
    return 1 if isinstance(one, Rejected) else len(one[0])


def show(summaries: Sequence[Summary], *, as_json: bool) -> None:
    if as_json:
        first, *others = [asdict(one) | {"notes": dict(sorted(one.notes.items()))} for one in summaries]
        typer.echo(orjson.dumps(first | ({"beside": others} if others else {})).decode())
        return
    for one in summaries:
        several = "" if one.records == one.rows else f" of {one.records} records"
        name = "" if one is summaries[0] else f"{one.file}: "
        typer.echo(f"{name}{one.rows} rows{several}: {one.new} new, {one.there} there already, {one.rejected} rejected")
        for note, count in sorted(one.notes.items()):
            typer.echo(f"  {count:>7}  {note}")
