"""A stream in memory: its state, folded from its events."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from shared.rules.decider import Decider
from shared.rules.message import BEGINNING, Event, StoredEvent


class Stream(NamedTuple):
    """A stream's state after its last event."""

    name: str
    state: Any
    version: int = 0
    position: int = 0
    occurred_at: datetime = BEGINNING

    def after(self, decider: Decider[Any, Any, Any], event: Event, position: int, at: datetime) -> "Stream":
        return Stream(self.name, decider.evolve(self.state, event, at), self.version + 1, position, at)


def fold_streams(
    deciders: Mapping[str, Decider[Any, Any, Any]],
    history: Iterable[StoredEvent],
    start: Mapping[str, Stream] = MappingProxyType({}),
) -> dict[str, Stream]:
    """`deciders`: by stream. A stream without events has its decider's initial state. `start`: streams that were folded
    as far as the history begins."""
    streams = {name: start.get(name) or Stream(name, decider.initial) for name, decider in deciders.items()}
    for stored in history:
        decider = deciders[stored.stream]
        recorded = decider.parse(stored)
        if recorded is not None:
            streams[stored.stream] = streams[stored.stream].after(
                decider, recorded.event, stored.position, stored.occurred_at
            )
    return streams
