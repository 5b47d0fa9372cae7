"""The states of streams, folded from their events. Those of long streams are remembered: else each write to one would
read and fold it from its first event, under the append lock."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.decider import Decider
from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.store.long_work import run_in_thread
from shared.store.stream import Stream, fold_streams

S = TypeVar("S")
Deciders = Mapping[str, Decider[Any, Any, Any]]
"""The deciders by stream."""
LONG = 50
"""Events: to fold fewer costs less than what a write costs anyway."""
CAPACITY = 50_000
"""Events that all remembered states are made of."""
LONG_HISTORY = 1_000
"""Events: to fold so many takes some tens of milliseconds."""


class RememberedStream(NamedTuple):
    """`event_id`, `version`: of its last event. Of a transaction that was rolled back it may be one that never was."""

    stream: Stream
    decider: Decider[Any, Any, Any]
    event_id: UUID
    version: int


@dataclass
class Memory:
    """The long streams that were used last."""

    events: int = 0
    streams: OrderedDict[str, RememberedStream] = field(default_factory=OrderedDict)

    def get(self, name: str, decider: Decider[Any, Any, Any]) -> RememberedStream | None:
        found = self.streams.get(name)
        return found if found is not None and found.decider is decider else None

    def put(self, name: str, remembered: RememberedStream) -> None:
        self.forget(name)
        if remembered.version <= CAPACITY:
            self.streams[name] = remembered
            self.events += remembered.version
        while self.events > CAPACITY:
            self.forget(next(iter(self.streams)))

    def forget(self, name: str) -> None:
        if found := self.streams.pop(name, None):
            self.events -= found.version


memories: WeakKeyDictionary[AsyncEngine, Memory] = WeakKeyDictionary()


async def read_folded(tx: AsyncConnection, deciders: Deciders, new: Collection[str] = ()) -> dict[str, Stream]:
    """`new`: of these streams, those that have no events."""
    memory = memories.setdefault(tx.engine, Memory())
    known = {name: one for name, decider in deciders.items() if (one := memory.get(name, decider))}
    history = await event_store.read_streams(tx, deciders.keys() - known.keys() - {*new})
    if known:
        since = await event_store.read_streams_since(tx, {name: one.version for name, one in known.items()})
        there = {each.event_id for each in since}
        lost = {name for name, one in known.items() if one.event_id not in there}
        known = {name: one for name, one in known.items() if name not in lost}
        folded = {one.event_id for one in known.values()}
        history += await event_store.read_streams(tx, lost)
        history += [each for each in since if each.stream in known and each.event_id not in folded]
    streams = await folded_streams(tx, deciders, history, {name: one.stream for name, one in known.items()})
    remember(memory, deciders, history, streams)
    return streams


def remember(memory: Memory, deciders: Deciders, history: Iterable[StoredEvent], streams: Mapping[str, Stream]) -> None:
    for name, last in {each.stream: each for each in history}.items():
        if last.version >= LONG:
            memory.put(name, RememberedStream(streams[name], deciders[name], last.event_id, last.version))


async def folded_streams(
    tx: AsyncConnection,
    deciders: Deciders,
    history: list[StoredEvent],
    start: Mapping[str, Stream],
) -> dict[str, Stream]:
    if len(history) < LONG_HISTORY:
        return fold_streams(deciders, history, start)
    return await run_in_thread(tx, fold_streams, deciders, history, start)


async def read_states(tx: AsyncConnection, decider: Decider[Any, S, Any], subjects: Sequence[str]) -> Mapping[str, S]:
    """The states of these streams, without texts."""
    streams = await read_folded(tx, {decider.stream(subject): decider for subject in subjects})
    return {subject: streams[decider.stream(subject)].state for subject in subjects}
