"""A mapping as its user writes it, and what rows become by it."""

from pathlib import Path
from textwrap import dedent
from typing import Any

from funnelcast.importing import parts, written
from funnelcast.importing.export import Row
from funnelcast.importing.mapping import Beside, Mapped

Body = dict[str, Any]


def mapped(mapping: str, *rows: Body, folder: Path = Path()) -> Mapped:
    """Of one record; the first row stands in line 2."""
    part = parts.part(written.parse(dedent(mapping)))
    to_commands, _ = part.open(Beside(folder, "USD"))
    return to_commands([Row(line, row) for line, row in enumerate(rows, 2)])


def facts(told: Mapped) -> list[Body]:
    (body,) = told.bodies
    found: list[Body] = body["facts"]
    return found
