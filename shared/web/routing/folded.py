"""The reading of one stream by a route: its state, or its events, with their texts from the vault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.rules.message import E, RecordedEvent
from shared.rules.sealed import Sealed
from shared.web.callers.place import Subtree

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class WithTexts:
    """The result of a read together with its texts, both from one database snapshot."""

    texts: Mapping[UUID, Any]

    def text(self, sealed: Sealed[T] | None) -> T | None:
        """The value in the vault; none when it was erased."""
        return None if sealed is None or sealed.ref is None else self.texts.get(sealed.ref)


@dataclass(frozen=True)
class Folded(WithTexts, Generic[S]):
    """The state of one stream."""

    subject: str
    state: S
    version: int


@dataclass(frozen=True)
class History(WithTexts, Generic[E]):
    """The events of one stream. `subtree`: what the caller sees."""

    recorded: Sequence[RecordedEvent[E]]
    subtree: Subtree


def no_texts(folded: object) -> Sequence[Sealed[Any]]:
    """The texts that a route needs of a stream when it needs none: for `Call.fold` and `Call.history`."""
    return ()
