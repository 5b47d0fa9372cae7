"""`funnelcast import`: from the file to what the forecast shows, with every row accounted for."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from funnelcast import client, tables
from funnelcast.failure import Failed
from funnelcast.importing import export, sending
from funnelcast.importing.export import Export, Rejected, Unfit
from funnelcast.importing.mapping import Beside, Kind, Part, ToCommands
from funnelcast.importing.sending import Answer, Pair, Taken

SHOWN = 20
SENDERS: dict[Kind, tuple[str, Callable[[httpx.AsyncClient, Sequence[Pair]], AsyncIterator[list[Answer]]]]] = {
    "opportunities": ("pipeline", sending.opportunities),
    "org": ("forecast", sending.org),
}
"""By kind: whose positions count, and what sends."""


@dataclass(frozen=True)
class Summary:
    """`rows` = `new` + `there` + `rejected`. `notes`: what was filled in or looks odd, and how often."""

    rows: int
    new: int
    there: int
    rejected: int
    notes: dict[str, int]


@dataclass(frozen=True)
class Target:
    url: str
    key: str


async def run(target: Target, part: Part, file: Path, currency: str, rejects: Path | None) -> Summary:
    """Returns when the numbers are to be seen in the forecast."""
    read = export.read(file, part.columns)
    to_commands, missing = part.open(Beside(file.parent, currency))
    for each in missing:
        typer.echo(f"note: {each}", err=True)
    pairs, unfit = mapped(read, to_commands)
    async with client.connected(target.url, target.key) as http:
        answers = await sent(http, part.kind, pairs)
        taken = [one for one in answers if isinstance(one, Taken)]
        if taken:
            await sending.visible(http, f"{SENDERS[part.kind][0]}:{max(one.position for one in taken)}")
    rejected = [*read.rejected, *unfit, *(one for one in answers if isinstance(one, Rejected))]
    tell(rejected, read.columns, rejects)
    return summed_up(read, taken, rejected, pairs)


def mapped(read: Export, to_commands: ToCommands) -> tuple[list[Pair], list[Rejected]]:
    pairs, unfit = list[Pair](), list[Rejected]()
    for row in read.rows:
        try:
            pairs.append((row, to_commands(row)))
        except Unfit as reason:
            unfit.append(Rejected(row.line, str(reason), list(row.cells.values())))
    return pairs, unfit


async def sent(http: httpx.AsyncClient, kind: Kind, pairs: Sequence[Pair]) -> list[Answer]:
    answers = list[Answer]()
    columns = TextColumn(kind), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=tables.console(stderr=True)) as progress:
        task = progress.add_task(kind, total=len(pairs))
        async for some in SENDERS[kind][1](http, pairs):
            answers += some
            progress.update(task, completed=len(answers))
    return answers


def tell(rejected: Sequence[Rejected], columns: Sequence[str], rejects: Path | None) -> None:
    """Into the reject file, or else, the first of them, to the terminal."""
    if rejects is not None:
        export.write_rejected(rejects, columns, rejected)
        return
    for one in sorted(rejected, key=lambda one: one.line)[:SHOWN]:
        typer.echo(f"line {one.line}: {one.reason}", err=True)
    if len(rejected) > SHOWN:
        typer.echo(f"… and {len(rejected) - SHOWN} more: --rejects FILE keeps them all", err=True)


def summed_up(read: Export, taken: Sequence[Taken], rejected: Sequence[Rejected], pairs: Sequence[Pair]) -> Summary:
    """Raises when a row is unaccounted for: that would be our fault."""
    rows = len(read.rows) + len(read.rejected)
    if len(taken) + len(rejected) != rows:
        raise Failed(f"of {rows} rows, {len(taken)} were taken and {len(rejected)} refused: the sum does not fit")
    lines = {one.row.line for one in taken}
    notes = Counter(note for row, each in pairs if row.line in lines for note in each.notes)
    new = sum(one.new for one in taken)
    return Summary(rows, new, len(taken) - new, len(rejected), dict(sorted(notes.items())))


def show(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(asdict(summary)).decode())
        return
    typer.echo(f"{summary.rows} rows: {summary.new} new, {summary.there} there already, {summary.rejected} rejected")
    for note, count in summary.notes.items():
        typer.echo(f"  {count:>7}  {note}")
