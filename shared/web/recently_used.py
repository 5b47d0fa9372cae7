"""A bounded memory of callers, which those that are seldom seen cannot push out of it."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class RecentlyUsed(Generic[K, V]):
    """A dictionary of at most `capacity` entries. A new entry takes the place of the one least recently used."""

    capacity: int
    entries: OrderedDict[K, V] = field(default_factory=OrderedDict)

    def get(self, key: K) -> V | None:
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key: K, value: V) -> None:
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)

    def remove(self, key: K) -> None:
        """Removes the entry, if there is one."""
        self.entries.pop(key, None)
