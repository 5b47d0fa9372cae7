"""A read model: its tables, and how each source's events change them."""

from asyncio import Lock
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.message import RecordedEvent

Apply = Callable[[AsyncConnection, Sequence[RecordedEvent[Any]]], Awaitable[None]]
"""Changes the rows by a batch of one source's events, in position order. It must not use a clock, a sequence or new
ids: a rebuild gives the same rows. Events of different sources may arrive in any order relative to each other."""

Fill = Callable[[AsyncEngine, str, datetime, Lock], Awaitable[bool]]
"""`fill(engine, read_models, now, turn)`: adds a part that is missing, in transactions of its own; false when it adds
none. While it holds `turn`, this process applies no events."""


@dataclass(frozen=True)
class Projection:
    """`version` is raised when the tables or their meaning change: new tables are then built from the first event.
    `fill`: of tables that only make answers faster. What they hold may be lost, and differs from that of a rebuild."""

    name: str
    version: int
    tables: MetaData
    applies: Mapping[str, Apply]
    fill: Fill | None = None


def apply_all(projections: Sequence[Projection], source: str) -> Apply:
    """Applies a source's events to all projections that follow it."""
    functions = [each.applies[source] for each in projections if source in each.applies]

    async def apply(tx: AsyncConnection, events: Sequence[RecordedEvent[Any]]) -> None:
        for function in functions:
            if events:
                await function(tx, events)

    return apply


def digest(projections: Sequence[Projection]) -> str:
    """The name of this set of versions: code reads only the tables that the same set has built."""
    names = sorted(f"{projection.name} {projection.version}" for projection in projections)
    return sha256("\n".join(names).encode()).hexdigest()[:8]
