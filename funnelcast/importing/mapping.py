"""What a mapping is: for each kind of export it knows, the columns it needs and how rows become our commands."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as ByName
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from funnelcast.importing.export import PLAIN, Layout, Row

Kind = Literal["opportunities", "leads", "org"]
Body = dict[str, Any]


@dataclass(frozen=True)
class Beside:
    """What a mapping may look at besides the rows: the export's folder, and what the export itself does not say."""

    folder: Path
    currency: str


@dataclass(frozen=True)
class Mapped:
    """`bodies`: of the requests that a record becomes, in their order. `notes`: what was filled in, or looks odd."""

    bodies: Sequence[Body]
    notes: Sequence[str] = ()


ToCommands = Callable[[Sequence[Row]], Mapped]
"""From the rows of one record, mostly a single one. Raises `Unfit` for a record that is refused."""
OfRow = Callable[[Row], Mapped]


def row_by_row(map_row: OfRow) -> ToCommands:
    return lambda rows: map_row(rows[0])


@dataclass(frozen=True)
class Part:
    """`open` looks at what lies beside, once, and says what is missing there. `together`: the column that the rows of
    one record share. `pipeline`: the sales process that must be there first. `beside`: a file that goes with this one
    and is taken after it."""

    kind: Kind
    columns: Sequence[str]
    open: Callable[[Beside], tuple[ToCommands, Sequence[str]]]
    layout: Layout = PLAIN
    together: str | None = None
    pipeline: Body | None = None
    beside: "tuple[str, Part] | None" = None


@dataclass(frozen=True)
class Mapping:
    name: str
    parts: Sequence[Part]


Shipped = ByName[str, Mapping]
