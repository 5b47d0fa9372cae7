"""A batch of events as a consumer takes it from its source, parsed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.rules.message import Parser, RecordedEvent, StoredEvent

SLICE = 20
"""Events that are parsed before other tasks of the process get a turn."""
Offsets = Mapping[int, int]
"""The offset of the next record to read, by partition."""
Parsed = RecordedEvent[Any] | Exception | None
"""The result of parsing; None: the parser passes over events of this type."""


@dataclass(frozen=True)
class Batch:
    """Events in position order, each with what parsing it gave, and the source's offsets after the last one."""

    events: Sequence[StoredEvent]
    parsed: Sequence[Parsed]
    offsets: Offsets | None

    @classmethod
    async def parse(cls, parse: Parser[Any], events: Sequence[StoredEvent], offsets: Offsets | None) -> "Batch":
        """Parses in slices, so that requests to the same process need not wait for the whole batch."""
        parsed: list[Parsed] = []
        for start in range(0, len(events), SLICE):
            parsed += [parse_or_error(parse, event) for event in events[start : start + SLICE]]
            await asyncio.sleep(0)
        return cls(events, parsed, offsets)

    def halves(self) -> tuple["Batch", "Batch"]:
        """The offsets belong to the second half: they are true only after the last event."""
        half = len(self.events) // 2
        first = Batch(self.events[:half], self.parsed[:half], None)
        return first, Batch(self.events[half:], self.parsed[half:], self.offsets)


def parse_or_error(parse: Parser[Any], event: StoredEvent) -> Parsed:
    try:
        return parse(event)
    except Exception as error:
        return error


def recorded_events(parsed: Iterable[Parsed]) -> list[RecordedEvent[Any]]:
    """Raises the first parse error."""
    events = []
    for each in parsed:
        if isinstance(each, Exception):
            raise each
        if each is not None:
            events.append(each)
    return events
