"""The locks of one week in one period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.forecast.snapshot.events import WeekLocked


@dataclass(frozen=True)
class Locks:
    """The locks by node."""

    locked: Mapping[str, WeekLocked] = field(default_factory=dict)

    def first_of(self, nodes: Iterable[str]) -> WeekLocked | None:
        return next((self.locked[node] for node in nodes if node in self.locked), None)


def evolve(locks: Locks, event: WeekLocked, at: datetime) -> Locks:
    return Locks({**locks.locked, event.node: event})
