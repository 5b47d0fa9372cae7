"""Answers that many ask for at the same time, kept as long as they are true."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from shared.flow.frontier import Frontier

MOST = 5_000
"""Together, in the unit of `size`."""


@dataclass
class AnswerCache:
    """Those of one frontier. The next one forgets them all."""

    most: int = MOST
    frontier: Frontier | None = None
    size: int = 0
    answers: dict[Hashable, Any] = field(default_factory=dict)

    def find(self, frontier: Frontier, question: Hashable) -> Any | None:
        return self.answers.get(question) if frontier == self.frontier else None

    def keep(self, frontier: Frontier, question: Hashable, answer: Any, size: int) -> None:
        if frontier != self.frontier or self.size + size > self.most:
            self.frontier, self.size, self.answers = frontier, 0, {}
        if size <= self.most:
            self.answers[question] = answer
            self.size += size
