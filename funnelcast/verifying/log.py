"""The log holds every event of a store up to the relay's cursor, just as the store has it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import orjson

from shared.flow.log import FOREIGN_RECORD, Log, UnknownTopic
from shared.rules.message import StoredEvent
from shared.store.rows import plain

LENGTH = 16
NONE = bytes(LENGTH)
WAIT = 1.0
MOST = 20


def fingerprint(event: StoredEvent) -> bytes:
    return sha256(orjson.dumps(tuple(event), default=plain)).digest()[:LENGTH]


@dataclass
class Copy:
    """Fingerprints of a store's events by position, and what was seen of them in the log: a few bytes for each."""

    prints: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    findings: list[str] = field(default_factory=list)

    def keep(self, events: Iterable[StoredEvent]) -> None:
        """From the store, in its order. A position that is missing there gets a fingerprint that no event has."""
        for event in events:
            self.prints += NONE * (event.position - 1 - len(self.seen)) + fingerprint(event)
            self.seen += bytes(event.position - len(self.seen))

    def compare(self, partition: int, events: Iterable[StoredEvent], last: int) -> int:
        """The next records of a partition, whose last new position was `last`; returns what it is now. A repetition
        is allowed: a relay that was killed sends again what it cannot know to have arrived."""
        for event in events:
            if event is FOREIGN_RECORD:
                self.findings.append(f"partition {partition} holds a record that is not ours")
                continue
            if event.position > len(self.seen):
                continue  # published after the store was read
            expected = self.expected(event.position)
            if expected == NONE:
                self.findings.append(f"position {event.position} is in the log, and not in the store")
            elif fingerprint(event) != expected:
                self.findings.append(f"the record of position {event.position} differs from the store's event")
            elif event.position < last and not self.seen[event.position - 1]:
                self.findings.append(f"position {event.position} comes after {last} in partition {partition}")
            self.seen[event.position - 1] = 1
            last = max(last, event.position)
        return last

    def expected(self, position: int) -> bytes:
        return bytes(self.prints[(position - 1) * LENGTH : position * LENGTH])

    def missing(self, cursor: int) -> Iterator[str]:
        """What the relay says it published, and is not there."""
        lacking = [position for position in range(1, min(cursor, len(self.seen)) + 1) if not self.seen[position - 1]]
        if lacking:
            shown = ", ".join(str(position) for position in lacking[:MOST])
            yield f"{len(lacking)} events up to the relay's cursor {cursor} are not in the log: {shown}"


async def compare(log: Log, topic: str, copy: Copy) -> None:
    """Reads all that the topic holds now."""
    try:
        async with log.reader(topic, {}) as reader:
            ends = {partition: end for partition, end in (await reader.ends()).items() if end}
            reached = dict.fromkeys(ends, 0)
            last = dict.fromkeys(ends, 0)
            while open_ones := {partition for partition in ends if reached[partition] < ends[partition]}:
                for partition, fetched in (await reader.read(set(reader.partitions) & open_ones, WAIT)).items():
                    reached[partition] = fetched[-1].offset + 1
                    last[partition] = copy.compare(partition, (one.event for one in fetched), last[partition])
    except UnknownTopic:
        return  # all that was published is then missing
