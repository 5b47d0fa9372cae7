"""A running service, as its routes see it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.store.aliases import BlindIndex
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.web.caches.answer_cache import AnswerCache
from shared.web.caches.applied import AppliedPositions
from shared.web.caches.tail import Tail
from shared.web.callers.access import Access, Caller
from shared.web.callers.open_requests import OpenRequests
from shared.web.callers.places import Places
from shared.web.outgoing.receivers import Outgoing
from shared.web.recently_used import RecentlyUsed


@dataclass(frozen=True)
class ServiceContext:
    """The parts of a running service that routes may use."""

    service: str
    committer: Committer
    reads: AsyncEngine
    clock_and_ids: ClockAndIds
    blind_index: BlindIndex
    read_models: str
    """The subscription of its read models."""
    projected_sources: frozenset[str]
    """Sources that its read models follow, the service itself included."""
    reacted_sources: frozenset[str]
    """Sources whose events it reacts to."""
    store_changed: Signal
    read_models_applied: AppliedPositions
    reactions_applied: AppliedPositions
    tail: Tail
    outgoing: Outgoing
    access: Access
    open_requests: OpenRequests
    stopping: asyncio.Event
    places: Places | None = None
    """None: the service keeps no copy of the organisation, and serves no caller that acts for a node."""
    caller_by_token: Callable[[str], Awaitable[Caller | None]] | None = None
    """The caller by the token of an identity provider. None: the service accepts API keys alone."""
    answer_cache: AnswerCache = field(default_factory=AnswerCache)
    found_at_entrances: RecentlyUsed[str, tuple[datetime, Any]] = field(default_factory=lambda: RecentlyUsed(1_000))
    """By path: what an entrance admitted requests by, and until when that is used. Whoever changes it removes it."""

    def stop(self) -> None:
        """Ends all event streams."""
        self.stopping.set()
        self.tail.changed.notify()
