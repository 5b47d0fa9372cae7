"""The pure part of one kind of stream: what is known of it, what may happen to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.rules.message import C, E, Parser

S = TypeVar("S")


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """`decide(state, command, at, *references)` gives events; `evolve(state, event, at)` gives the state after one.

    `decide` raises `Rejected` or `Missing` when a rule says no, and gives no events when things are so already.
    """

    kind: str
    parse: Parser[E]
    initial: S
    decide: Callable[..., list[E]]
    evolve: Callable[[S, E, datetime], S]
    references: "tuple[Reference, ...]" = field(default=())

    def stream(self, subject: str) -> str:
        return f"{self.kind}-{subject}"

    def fold(self, history: Iterable[tuple[E, datetime]]) -> S:
        state = self.initial
        for event, at in history:
            state = self.evolve(state, event, at)
        return state


@dataclass(frozen=True)
class Reference:
    """A stream that decisions about another one look at: read in the same transaction, under the same lock."""

    decider: Decider[Any, Any, Any]
    subject: str

    @property
    def stream(self) -> str:
        return self.decider.stream(self.subject)
