"""Answers to expensive questions, kept while the read models stay as they are."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from shared.flow.frontier import Frontier

CAPACITY = 5_000
"""The sum of all answers' sizes, in the unit of `put`."""


@dataclass
class AnswerCache:
    """Holds answers of one frontier; the first answer of the next frontier removes them all."""

    capacity: int = CAPACITY
    frontier: Frontier | None = None
    size: int = 0
    answers: dict[Hashable, Any] = field(default_factory=dict)

    def get(self, frontier: Frontier, question: Hashable) -> Any | None:
        return self.answers.get(question) if frontier == self.frontier else None

    def put(self, frontier: Frontier, question: Hashable, answer: Any, size: int) -> None:
        if frontier != self.frontier or self.size + size > self.capacity:
            self.frontier, self.size, self.answers = frontier, 0, {}
        if size <= self.capacity:
            self.answers[question] = answer
            self.size += size
