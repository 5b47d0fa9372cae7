"""A service at run time, as its routes see it."""

import asyncio
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.store.aliases import BlindIndex
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.web.answer_cache import AnswerCache
from shared.web.tail import Tail

REACTIONS = "reactions"
"""The subscription of a service's reactions."""


@dataclass(frozen=True)
class ServiceContext:
    """What routes may use; nothing else reaches them."""

    service: str
    committer: Committer
    reads: AsyncEngine
    clock_and_ids: ClockAndIds
    blind_index: BlindIndex
    projections: str
    """The subscription of its read models."""
    projected: frozenset[str]
    """Sources that its read models follow, its own among them."""
    reacted: frozenset[str]
    """Sources whose events it reacts to."""
    store_changed: Signal
    """Called when the store has more."""
    read_models_changed: Signal
    """Called when the read models have."""
    tail: Tail
    stopping: asyncio.Event
    answer_cache: AnswerCache = field(default_factory=AnswerCache)

    def stop(self) -> None:
        """Event streams end."""
        self.stopping.set()
        self.tail.news.notify()
