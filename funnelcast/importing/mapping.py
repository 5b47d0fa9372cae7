"""What a mapping is: for each kind of export it knows, the columns it needs and how a row becomes our commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from funnelcast.importing.export import Row

Kind = Literal["opportunities", "leads", "org"]


@dataclass(frozen=True)
class Beside:
    """What a mapping may look at besides the rows: the export's folder, and what the export itself does not say."""

    folder: Path
    currency: str


@dataclass(frozen=True)
class Mapped:
    """`bodies`: of the requests that a row becomes, in their order. `notes`: what was filled in, or looks odd."""

    bodies: Sequence[dict[str, Any]]
    notes: Sequence[str] = ()


ToCommands = Callable[[Row], Mapped]
"""Raises `Unfit` for a row that is refused."""


@dataclass(frozen=True)
class Part:
    """`open` looks at what lies beside, once, and says what is missing there."""

    kind: Kind
    columns: Sequence[str]
    open: Callable[[Beside], tuple[ToCommands, Sequence[str]]]


@dataclass(frozen=True)
class Mapping:
    name: str
    parts: Sequence[Part]
