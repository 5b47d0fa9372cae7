"""A service at run time, as its routes see it."""

import asyncio
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.edge import Edge
from shared.store.aliases import Blind
from shared.store.committer import Committer
from shared.store.wake import Wake
from shared.web.remembered import Remembered
from shared.web.tail import Tail

REACTIONS = "reactions"
"""The subscription of a service's reactions."""


@dataclass(frozen=True)
class Running:
    """What routes may use; nothing else reaches them."""

    service: str
    committer: Committer
    reads: AsyncEngine
    edge: Edge
    blind: Blind
    projections: str
    """The subscription of its read models."""
    projected: frozenset[str]
    """Sources that its read models follow, its own among them."""
    reacted: frozenset[str]
    """Sources whose events it reacts to."""
    wake: Wake
    """Called when the store has more."""
    projected_more: Wake
    """Called when the read models have."""
    tail: Tail
    stopping: asyncio.Event
    remembered: Remembered = field(default_factory=Remembered)

    def stop(self) -> None:
        """Event streams end."""
        self.stopping.set()
        self.tail.news.call()
