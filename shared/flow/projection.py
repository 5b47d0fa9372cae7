"""A read model: tables, and how each source's events change them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import RecordedEvent

Apply = Callable[[AsyncConnection, Sequence[RecordedEvent[Any]]], Awaitable[None]]
"""Changes the rows by a batch of one source's events, in position order. No clock, no sequence, no ids of its own:
a rebuild must give the same rows. Sources may arrive in any order relative to each other."""


@dataclass(frozen=True)
class Projection:
    """`version` goes up when the tables or their meaning change: the new ones are then built from the beginning."""

    name: str
    version: int
    tables: MetaData
    applies: Mapping[str, Apply]


def apply_all(projections: Sequence[Projection], source: str) -> Apply:
    """What all of them do with a source's events."""
    applies = [each.applies[source] for each in projections if source in each.applies]

    async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        for one in applies:
            if facts:
                await one(tx, facts)

    return apply


def digest(projections: Sequence[Projection]) -> str:
    """Names the set: code finds the tables that its own version built, and no others."""
    named = sorted(f"{projection.name} {projection.version}" for projection in projections)
    return sha256("\n".join(named).encode()).hexdigest()[:8]
