"""Words of an export, and what a mapping says that they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class WordTable(Generic[T]):
    """Words in another case are found when `ignore_case` is set, after those in the same case."""

    meanings: Mapping[str, T]
    ignore_case: bool = False
    in_lower_case: Mapping[str, T] = field(init=False)

    def __post_init__(self) -> None:
        folded = {word.lower(): meaning for word, meaning in self.meanings.items()} if self.ignore_case else {}
        object.__setattr__(self, "in_lower_case", folded)

    def get(self, word: str) -> T | None:
        found = self.meanings.get(word)
        return self.in_lower_case.get(word.lower()) if found is None else found

    def __bool__(self) -> bool:
        return bool(self.meanings)
