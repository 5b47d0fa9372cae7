"""The pure part of one kind of stream: its state, and what may happen to it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.rules.message import C, E, Parser

S = TypeVar("S")


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """`decide(state, command, at)` returns the events that follow; `evolve(state, event, at)` the state after one.

    `decide` raises a `Refusal` when a rule forbids the command, and returns no events when nothing would change.

    Some decisions depend on other streams: the sales process, the settings. `references` names these streams, and
    `context`, a frozen dataclass with a field for each, receives their states. `decide` then takes the context as its
    fourth argument. A write request may add references for fields of the context that have a default.
    """

    kind: str
    parse: Parser[E]
    initial: S
    decide: Callable[..., list[E]]
    evolve: Callable[[S, E, datetime], S]
    context: Callable[..., Any] | None = None
    references: "Mapping[str, Reference]" = field(default_factory=dict)

    def stream(self, subject: str) -> str:
        return f"{self.kind}-{subject}"

    def fold(self, history: Iterable[tuple[E, datetime]]) -> S:
        state = self.initial
        for event, at in history:
            state = self.evolve(state, event, at)
        return state

    def decided(self, state: S, command: C, at: datetime, referenced: Mapping[str, Any]) -> list[E]:
        """`referenced`: the states of the references, by the names of the context's fields."""
        if self.context is None:
            return self.decide(state, command, at)
        return self.decide(state, command, at, self.context(**referenced))


@dataclass(frozen=True)
class Reference:
    """A stream that decisions about another one depend on. It is read in the same transaction, under the same lock."""

    decider: Decider[Any, Any, Any]
    subject: str

    @property
    def stream(self) -> str:
        return self.decider.stream(self.subject)
