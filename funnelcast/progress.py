"""Progress of a long command, on stderr: a bar in a terminal, else one line for each part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from funnelcast.tables import console

ReportProgress = Callable[[str, int, int], None]
"""Takes the name of the present part, the number of events done, and the number of all events."""


@dataclass
class EventCounter:
    """Counts the events read, over all parts, and reports them."""

    report: ReportProgress
    total: int
    part: str = ""
    done: int = 0

    def begin(self, part: str) -> None:
        self.part = part
        self.add(0)

    def add(self, events: int) -> None:
        self.done += events
        self.report(self.part, min(self.done, self.total), self.total)


@contextmanager
def progress_bar() -> Iterator[ReportProgress]:
    err = console(stderr=True)
    if not err.is_terminal:
        yield line_by_line(err)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda part, done, total: bar.update(task, description=part, completed=done, total=total)


def line_by_line(err: Console) -> ReportProgress:
    """Prints a part's name when it begins."""
    printed = ""

    def report(part: str, done: int, total: int) -> None:
        nonlocal printed
        if part != printed:
            err.print(part, soft_wrap=True)
        printed = part

    return report
