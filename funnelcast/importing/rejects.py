"""What was refused: into a file, line by line as it comes, or else, the first of it, to the terminal."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from funnelcast.importing.export import Rejected

SHOWN = 20


@dataclass
class Rejects:
    writer: Any
    count: int = 0
    first: list[Rejected] = field(default_factory=list)

    def add(self, one: Rejected) -> None:
        self.count += 1
        if self.writer is not None:
            self.writer.writerow([one.line, one.reason, *one.cells])
        elif len(self.first) < SHOWN:
            self.first.append(one)

    def tell(self) -> None:
        for one in self.first:
            typer.echo(f"line {one.line}: {one.reason}", err=True)
        if self.first and self.count > SHOWN:
            typer.echo(f"… and {self.count - SHOWN} more: --rejects FILE keeps them all", err=True)


@contextmanager
def kept(file: Path | None, columns: Sequence[str]) -> Iterator[Rejects]:
    """Line number, reason and the row as it was. Written when there is none, too: an older file would mislead."""
    if file is None:
        rejects = Rejects(None)
        yield rejects
    else:
        with file.open("w", newline="", encoding="utf-8") as writing:
            writer = csv.writer(writing)
            writer.writerow(["line", "reason", *columns])
            rejects = Rejects(writer)
            yield rejects
    rejects.tell()
