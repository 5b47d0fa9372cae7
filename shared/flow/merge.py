"""Partitions back into one order. Positions are gapless, so it is known which event comes next, and waited for."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence

from shared.flow.log import Fetched, Watermark
from shared.rules.message import StoredEvent


class Merge:
    """What was read of a topic and waits for its turn. `next` is the position whose turn it is; `ready` events can be
    taken from there on.

    Within a partition positions rise, but for repetitions of what was there before.
    """

    def __init__(self, after: int, partitions: Collection[int], offsets: Mapping[int, int]) -> None:
        self.next = after + 1
        self.ready = 0
        self.read = {partition: offsets.get(partition, 0) for partition in partitions}
        """The next offset to read, by partition."""
        self._pending: dict[int, StoredEvent] = {}
        self._waiting: dict[int, deque[tuple[int, int]]] = {partition: deque() for partition in partitions}
        """Offset and position of what is pending, by partition."""

    def add(self, partition: int, fetched: Sequence[Fetched]) -> None:
        """The next records of a partition. What was seen before is passed over."""
        for offset, event in fetched:
            if event.position >= self.next and event.position not in self._pending:
                self._pending[event.position] = event
                self._waiting[partition].append((offset, event.position))
            self.read[partition] = offset + 1
        while self._missing in self._pending:
            self.ready += 1

    def take(self, limit: int) -> list[StoredEvent]:
        """The next events by position, without a gap."""
        number = min(limit, self.ready)
        taken = [self._pending.pop(self.next + each) for each in range(number)]
        self.next += number
        self.ready -= number
        if taken:
            self._drop_taken()
        return taken

    def _drop_taken(self) -> None:
        for waiting in self._waiting.values():
            while waiting and waiting[0][1] < self.next:
                waiting.popleft()

    @property
    def offsets(self) -> Mapping[int, int]:
        """By partition, the offset before which nothing is left to take: where a reader from `next` on may start."""
        return {partition: self._start(partition) for partition in self.read}

    def _start(self, partition: int) -> int:
        waiting = self._waiting[partition]
        return waiting[0][0] if waiting else self.read[partition]

    @property
    def _missing(self) -> int:
        """The first position that is not here."""
        return self.next + self.ready

    @property
    def awaited(self) -> Collection[int]:
        """Partitions that may hold the first position that is not here. Of the others something later waits, and within
        one, positions rise: to read no more of those keeps short what waits."""
        missing = self._missing
        return [partition for partition, waiting in self._waiting.items() if not waiting or waiting[-1][1] < missing]

    @property
    def has_later(self) -> bool:
        """Whether something waits that was read before its turn."""
        return len(self._pending) > self.ready

    def is_hole(self, watermark: Watermark, ends: Mapping[int, int]) -> bool:
        """Whether `next` is missing from the log for good. `ends` must have been asked for after the watermark."""
        if watermark.position < self.next or self.next in self._pending:
            return False
        return all(self._is_past(partition, end) for partition, end in ends.items())

    def _is_past(self, partition: int, end: int) -> bool:
        return bool(self._waiting.get(partition)) or self.read.get(partition, 0) >= end
