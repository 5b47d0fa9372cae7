"""Rejected rows: into a file as they come, or the first ones to the terminal."""

import csv
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
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
    """`file`, `writer`: none when the refused rows are shown."""

    file: Path | None = None
    writer: Any = None
    count: int = 0
    first: list[RejectedRecord] = field(default_factory=list)

    def add(self, rejected: RejectedRecord) -> None:
        self.count += 1
        if self.writer is not None:
            self.write([row.line, row.reason, *row.cells] for row in rejected.rows)
        elif len(self.first) < SHOWN:
            self.first.append(rejected)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        with writing(self.file):
            self.writer.writerows(rows)

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
        rejects = Rejects()
        yield rejects
    else:
        opened = open_privately(file)
        rejects = Rejects(file, csv.writer(opened))
        try:
            rejects.write([["line", "reason", *columns]])
            yield rejects
        finally:
            with writing(file):
                opened.close()
    rejects.show()


def open_privately(file: Path) -> Any:
    with writing(file):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if stat.S_ISREG(os.fstat(opened).st_mode):
            os.fchmod(opened, 0o600)
        return os.fdopen(opened, "w", newline="", encoding="utf-8")


@contextmanager
def writing(file: Path | None) -> Iterator[None]:
    """Names the file that cannot be written, such as on a full disk."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}") from None
