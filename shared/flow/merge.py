"""Merges the partitions of a topic into position order. Positions have no gaps: the next one is always known."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence

from shared.flow.log import Fetched
from shared.flow.watermark import Watermark
from shared.rules.message import StoredEvent


class Merge:
    """Holds the records that were read before their turn.

    `next`: the position of the next event to take. `ready`: how many events can be taken from there on. Within a
    partition positions rise, except for repetitions of earlier records.
    """

    def __init__(self, after: int, partitions: Collection[int], offsets: Mapping[int, int]) -> None:
        self.next = after + 1
        self.ready = 0
        self.read = {partition: offsets.get(partition, 0) for partition in partitions}
        """The next offset to read, by partition."""
        self._pending: dict[int, StoredEvent] = {}
        self._pending_of: dict[int, deque[tuple[int, int]]] = {partition: deque() for partition in partitions}
        """The offset and position of the pending events, by partition."""

    def add(self, partition: int, fetched: Sequence[Fetched]) -> None:
        """Adds the next records of a partition. Repetitions are passed over."""
        for offset, event in fetched:
            if event.position >= self.next and event.position not in self._pending:
                self._pending[event.position] = event
                self._pending_of[partition].append((offset, event.position))
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
        for pending in self._pending_of.values():
            while pending and pending[0][1] < self.next:
                pending.popleft()

    @property
    def offsets(self) -> Mapping[int, int]:
        """The offset of each partition from which a reader must start to get all events from `next` on."""
        return {partition: self._first_pending(partition) for partition in self.read}

    def _first_pending(self, partition: int) -> int:
        pending = self._pending_of[partition]
        return pending[0][0] if pending else self.read[partition]

    @property
    def _missing(self) -> int:
        """The first position that was not read yet."""
        return self.next + self.ready

    @property
    def awaited(self) -> Collection[int]:
        """The partitions that may hold the first missing position. The others have a later event pending, and positions
        rise within a partition. Reading only the awaited ones limits how many events are pending."""
        missing = self._missing
        return [partition for partition, pending in self._pending_of.items() if not pending or pending[-1][1] < missing]

    @property
    def has_later(self) -> bool:
        """Whether an event behind the first missing position is pending."""
        return len(self._pending) > self.ready

    def is_hole(self, watermark: Watermark, ends: Mapping[int, int]) -> bool:
        """Whether the log has lost the event at `next`. `ends` must have been read after the watermark."""
        if watermark.position < self.next or self.next in self._pending:
            return False
        return all(self._is_past(partition, end) for partition, end in ends.items())

    def _is_past(self, partition: int, end: int) -> bool:
        return bool(self._pending_of.get(partition)) or self.read.get(partition, 0) >= end
