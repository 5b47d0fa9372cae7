"""given(facts).when(command).then(events): the decider alone, at fixed instants, no store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic

import pytest

from shared.rules.decider import Decider, S
from shared.rules.message import C, Denied, E, Missing, Refusal, Rejected

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=1)


@dataclass(frozen=True)
class When(Generic[C, S, E]):
    given: "Given[C, S, E]"
    command: C
    at: datetime

    def then(self, *expected: E) -> None:
        assert self.decided() == list(expected)

    def rejected(self, rule: str) -> None:
        self.refused(Rejected, rule)

    def missing(self, what: str) -> None:
        self.refused(Missing, what)

    def denied(self, rule: str) -> None:
        self.refused(Denied, rule)

    def refused(self, kind: type[Refusal], rule: str) -> None:
        with pytest.raises(kind, match=rule):
            self.decided()

    def decided(self) -> list[E]:
        given = self.given
        states = {
            name: given.references.get(reference.stream, reference.decider.initial)
            for name, reference in given.decider.references.items()
        }
        return given.decider.decided(given.state(), self.command, self.at, states)


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    """Facts happen a minute apart from `NOON` on; `references` are states by stream, else the initial ones."""

    decider: Decider[C, S, E]
    facts: Sequence[E] = ()
    references: Mapping[str, Any] = field(default_factory=dict)

    def when(self, command: C, *, at: datetime = NOW) -> When[C, S, E]:
        return When(self, command, at)

    def state(self) -> S:
        return self.decider.fold((fact, NOON + timedelta(minutes=minute)) for minute, fact in enumerate(self.facts))
