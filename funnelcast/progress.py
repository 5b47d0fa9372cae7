"""How far a long command has come, on stderr: a bar for people, a line for each part where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from funnelcast.tables import console

Tell = Callable[[str, int, int], None]
"""The part that is worked at; how much of all is done, of how much."""


@dataclass
class Reading:
    """Counts the events that were read, of all that will be."""

    tell: Tell
    of: int
    part: str = ""
    done: int = 0

    def begin(self, part: str) -> None:
        self.part = part
        self(0)

    def __call__(self, events: int) -> None:
        self.done += events
        self.tell(self.part, min(self.done, self.of), self.of)


@contextmanager
def shown() -> Iterator[Tell]:
    err = console(stderr=True)
    if not err.is_terminal:
        told = ""

        def line(part: str, done: int, of: int) -> None:
            nonlocal told
            if part != told:
                err.print(part, soft_wrap=True)
            told = part

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda part, done, of: bar.update(task, description=part, completed=done, total=of)
