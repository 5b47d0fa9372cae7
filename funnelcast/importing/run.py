"""`funnelcast import`: from the file to where its records are seen, with every row accounted for."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass
from functools import partial

import httpx
import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from funnelcast import tables
from funnelcast.importing import sending
from funnelcast.importing.cells.dates import instant_text
from funnelcast.importing.files.row import RejectedRecord, Skipped
from funnelcast.importing.known_deals import KnownDeals
from funnelcast.importing.org_sending import OrgSender
from funnelcast.importing.reading import ImportSource, OpenedExport, ReadRecord, checked, open_export, read_records
from funnelcast.importing.record import Kind
from funnelcast.importing.rejects import Rejects, reject_file
from funnelcast.importing.routes import ROUTES
from funnelcast.importing.sending import Accepted, Pair, Sender, SendResult
from funnelcast.importing.snapshot import SnapshotSender
from funnelcast.importing.summary import Summary, merged_json, rows_of
from funnelcast.remote import client
from shared.rules.clock_and_ids import ClockAndIds
from shared.store.prefetch import prefetch

RECORDS_IN_A_REQUEST = 1000
"""A service takes as many in four transactions: it reads each part while it writes the one before."""
ROWS_IN_A_REQUEST = 10_000
"""Whole histories may be long, and a request has a largest size."""


@dataclass(frozen=True)
class System:
    url: str
    key: str


async def run(system: System, source: ImportSource) -> list[Summary]:
    """Imports the file and those that belong to it. Returns when what was imported is to be seen."""
    summaries = list[Summary]()
    async with client.open_client(system.url, system.key) as http:
        following: ImportSource | None = source
        while following is not None:
            opened = open_export(following)
            summaries.append(await import_export(http, opened))
            following = following.companion(opened.kind)
    return summaries


async def import_export(http: httpx.AsyncClient, opened: OpenedExport) -> Summary:
    kind, export = opened.kind, opened.export
    route = ROUTES[kind.kind]
    if kind.pipeline is not None and (note := await sending.define_pipeline(http, kind.pipeline)):
        typer.echo(f"note: {note}", err=True)
    summary = Summary(export.file.name, export.total)
    with sender_for(http, opened) as sender:
        with reject_file(opened.source.rejects, export.columns.names) as rejects:
            last = await send_all(sender, opened, summary, rejects)
        if isinstance(sender, SnapshotSender):
            summary.snapshot = sender.report
            sender.report.unread = summary.unread
        summary.add_notes(await sender.finish())
    if last:
        await sending.visible(http, route, last)
    return summary


@contextmanager
def sender_for(http: httpx.AsyncClient, opened: OpenedExport) -> Iterator[Sender]:
    kind, options, now = opened.kind, opened.source.snapshot, ClockAndIds().now()
    if options is None:
        yield ROUTES[kind.kind].sender(http)
    elif kind.kind == "org":
        yield OrgSender(http, instant_text(options.instant(kind.timezone, now)))
    else:
        with closing(KnownDeals(f"{kind.name}:")) as known:
            yield SnapshotSender(http, kind, options, now, known)


async def send_all(sender: Sender, opened: OpenedExport, summary: Summary, rejects: Rejects) -> int:
    """Returns the last position that was written. While some records are sent, the next ones are read."""
    last, export = 0, opened.export
    async with aclosing(prefetch(read_in_thread(chunks(read_records(opened))))) as coming:
        with progress() as bar:
            task = bar.add_task(summary.file, total=export.total)
            async for chunk in coming:
                pairs = [one for one in chunk if isinstance(one, tuple)]
                sent = zip(pairs, await sender.send(pairs), strict=True)
                answers = [in_words_of_export(opened.kind.kind, pair, answer) for pair, answer in sent]
                last = max(last, count(chunk, answers, summary, rejects))
                bar.advance(task, sum(rows_of(one) for one in chunk))
            bar.update(task, completed=export.total)
    return last


def in_words_of_export(kind: Kind, pair: Pair, answer: SendResult) -> SendResult:
    """The services check all that they are sent; only what they refuse is checked here, for the reason."""
    if isinstance(answer, Accepted):
        return answer
    found = checked(kind, *pair)
    return found if isinstance(found, RejectedRecord) else answer


class RowsPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "")


def progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RowsPerSecond(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=tables.console(stderr=True))


def count(chunk: Sequence[ReadRecord], answers: Sequence[SendResult], summary: Summary, rejects: Rejects) -> int:
    """Counts the results in the file's order, whoever refused."""
    coming, last = iter(answers), 0
    for one in chunk:
        if isinstance(one, Skipped):
            summary.skip(one)
            continue
        answer = one if isinstance(one, RejectedRecord) else next(coming)
        if isinstance(answer, RejectedRecord):
            summary.reject(is_unread=answer is one)
            rejects.add(answer)
        elif not isinstance(one, RejectedRecord):
            summary.take(one[1], is_new=answer.is_new)
            last = max(last, answer.position)
    return last


async def read_in_thread(found: Generator[list[ReadRecord]]) -> AsyncGenerator[list[ReadRecord]]:
    """All of the generator runs in one thread, also its end: its temporary tables can be used in no other."""
    with ThreadPoolExecutor(1) as thread:
        in_thread = partial(asyncio.get_running_loop().run_in_executor, thread)
        try:
            while (chunk := await in_thread(next, found, None)) is not None:
                yield chunk
        finally:
            await in_thread(found.close)


def chunks(found: Generator[ReadRecord]) -> Generator[list[ReadRecord]]:
    chunk, rows = list[ReadRecord](), 0
    with closing(found):
        for one in found:
            chunk.append(one)
            rows += rows_of(one)
            if len(chunk) == RECORDS_IN_A_REQUEST or rows >= ROWS_IN_A_REQUEST:
                yield chunk
                chunk, rows = [], 0
    if chunk:
        yield chunk


def show(summaries: Sequence[Summary], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(merged_json([one.as_json() for one in summaries])).decode())
        return
    for one in summaries:
        several = "" if one.records == one.rows - one.skipped else f" of {one.records} records"
        name = "" if one is summaries[0] else f"{one.file}: "
        skipped = f", {one.skipped} skipped" if one.skipped else ""
        counts = f"{one.new} new, {one.there} there already, {one.rejected} rejected{skipped}"
        typer.echo(f"{name}{one.rows} rows{several}: {counts}")
        for line in one.detail_lines():
            typer.echo(line)
