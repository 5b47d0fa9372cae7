"""The log must hold every event of a store up to the relay's cursor, with the same content, in the same order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import orjson

from shared.flow.log import FOREIGN_RECORD, Log, UnknownTopic
from shared.rules.message import StoredEvent
from shared.store.rows import plain

LENGTH = 16
"""Bytes of a fingerprint."""
NO_EVENT = bytes(LENGTH)
WAIT = 1.0
MAX_LISTED = 20


def fingerprint(event: StoredEvent) -> bytes:
    return sha256(orjson.dumps(tuple(event), default=plain)).digest()[:LENGTH]


@dataclass
class LogComparison:
    """The fingerprints of a store's events by position, and the positions found in the log: 17 bytes for each event."""

    fingerprints: bytearray = field(default_factory=bytearray)
    found: bytearray = field(default_factory=bytearray)
    findings: list[str] = field(default_factory=list)

    @property
    def head(self) -> int:
        """The last position of the store."""
        return len(self.found)

    def add_stored(self, events: Iterable[StoredEvent]) -> None:
        """Events of the store, in its order. A position that is missing there gets a fingerprint that no event has."""
        for event in events:
            self.fingerprints += NO_EVENT * (event.position - 1 - self.head) + fingerprint(event)
            self.found += bytes(event.position - self.head)

    def add_logged(self, partition: int, events: Iterable[StoredEvent], last: int) -> int:
        """The next records of a partition whose last new position was `last`; returns its last new position now. A
        repetition is no finding: a relay that was killed cannot know what arrived, and sends it again."""
        for event in events:
            if event is FOREIGN_RECORD:
                self.findings.append(f"partition {partition} holds a record that is not ours")
            elif event.position <= self.head:  # a later one was published after the store was read
                self.compare(partition, event, last)
                last = max(last, event.position)
        return last

    def compare(self, partition: int, event: StoredEvent, last: int) -> None:
        position = event.position
        expected = bytes(self.fingerprints[(position - 1) * LENGTH : position * LENGTH])
        if expected == NO_EVENT:
            self.findings.append(f"position {position} is in the log, and not in the store")
        elif fingerprint(event) != expected:
            self.findings.append(f"the record of position {position} differs from the store's event")
        elif position < last and not self.found[position - 1]:
            self.findings.append(f"position {position} comes after {last} in partition {partition}")
        self.found[position - 1] = 1

    def missing_events(self, cursor: int) -> Iterator[str]:
        """The events up to the relay's cursor that are not in the log."""
        missing = [position for position in range(1, min(cursor, self.head) + 1) if not self.found[position - 1]]
        if missing:
            first = ", ".join(str(position) for position in missing[:MAX_LISTED])
            yield f"{len(missing)} events up to the relay's cursor {cursor} are not in the log: {first}"


async def compare_with_log(log: Log, topic: str, comparison: LogComparison) -> None:
    """Reads the topic up to its present end. Of a topic that does not exist, all events are missing."""
    try:
        async with log.reader(topic, {}) as reader:
            ends = {partition: end for partition, end in (await reader.ends()).items() if end}
            reached = dict.fromkeys(ends, 0)
            last = dict.fromkeys(ends, 0)
            while unfinished := {partition for partition in ends if reached[partition] < ends[partition]}:
                for partition, records in (await reader.read(set(reader.partitions) & unfinished, WAIT)).items():
                    reached[partition] = records[-1].offset + 1
                    events = (record.event for record in records)
                    last[partition] = comparison.add_logged(partition, events, last[partition])
    except UnknownTopic:
        return
