"""What a caller asks of a stream, and what it is answered. What every request makes is a tuple: made the fastest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.rules.decider import Decider, Reference
from shared.rules.message import C, Refusal, subject_of


@dataclass(frozen=True)
class AliasClaim:
    """An alias that the stream takes when the step is carried out.

    Held by another stream, the step is refused. Held by this one with the same fingerprint, the step was carried out
    before and is passed over; with another fingerprint it is refused.
    """

    alias: str
    fingerprint: str | None = None


class Step(NamedTuple, Generic[C]):
    """One command. `occurred_at`: the caller's own instant, refused when the stream is past it; absent: now."""

    command: C
    occurred_at: datetime | None = None
    claim: AliasClaim | None = None


@dataclass(frozen=True)
class Cause:
    """The upstream event that a reaction answers: its new events happen no earlier, and their ids follow from it."""

    subscription: str
    event_id: UUID
    occurred_at: datetime
    number: int

    def event_id_of(self, n: int) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.subscription}/{self.event_id}/{self.number}/{n}")


class WriteRequest(NamedTuple):
    """What one caller wants of one stream: all of its steps happen, or none.

    The stream is the first that one of `find`'s aliases leads to, else `stream`. `also` are aliases that it takes if
    nobody has them. `new`: `stream` was named for this ask, and has nothing that could be read. `reply(state)` gives
    the ids that the caller is answered with, also when the answer is repeated.
    """

    decider: Decider[Any, Any, Any]
    stream: str
    steps: Sequence[Step[Any]]
    actor: str
    correlation_id: UUID
    find: Sequence[str] = ()
    also: Sequence[str] = ()
    if_version: int | None = None
    key: str | None = None
    fingerprint: str = ""
    reply: Callable[[Any], Mapping[str, Any]] = lambda state: {}
    cause: Cause | None = None
    imported_texts: Sequence[UUID] = ()
    new: bool = False
    references: Mapping[str, Reference] = MappingProxyType({})


class WriteResult(NamedTuple):
    """Carried out, or so already. `position`: of the stream's last event, in this service's store."""

    stream: str
    version: int
    position: int
    created: bool
    body: Mapping[str, Any]
    replayed: bool = False

    @property
    def subject(self) -> str:
        return subject_of(self.stream)


WriteOutcome = WriteResult | Refusal
