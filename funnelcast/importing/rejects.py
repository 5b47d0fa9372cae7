"""Rejected rows: into a file as they come, or the first ones to the terminal."""

import csv
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from funnelcast.failure import Failed
from funnelcast.importing.files.row import RejectedRecord

SHOWN = 20


@dataclass
class Rejects:
    writer: Any
    count: int = 0
    first: list[RejectedRecord] = field(default_factory=list)

    def add(self, rejected: RejectedRecord) -> None:
        self.count += 1
        if self.writer is not None:
            self.writer.writerows([row.line, row.reason, *row.cells] for row in rejected.rows)
        elif len(self.first) < SHOWN:
            self.first.append(rejected)

    def show(self) -> None:
        for rejected in self.first:
            typer.echo(f"line {rejected.line}: {rejected.reason}", err=True)
        if self.first and self.count > SHOWN:
            typer.echo(f"and {self.count - SHOWN} more; --rejects FILE keeps them all", err=True)


@contextmanager
def reject_file(file: Path | None, columns: Sequence[str]) -> Iterator[Rejects]:
    """Line number, reason and the row as it was. The file is written even when nothing is rejected: an older one would
    mislead. It may hold personal data, so only its owner can read it."""
    if file is None:
        rejects = Rejects(None)
        yield rejects
    else:
        with open_privately(file) as opened:
            writer = csv.writer(opened)
            writer.writerow(["line", "reason", *columns])
            rejects = Rejects(writer)
            yield rejects
    rejects.show()


def open_privately(file: Path) -> Any:
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if stat.S_ISREG(os.fstat(opened).st_mode):
            os.fchmod(opened, 0o600)
        return os.fdopen(opened, "w", newline="", encoding="utf-8")
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}") from None
