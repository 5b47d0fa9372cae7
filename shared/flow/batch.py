"""What a consumer takes at once: events with what they say."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.rules.message import Parser, RecordedEvent, StoredEvent

SLICE = 20
"""Events that are parsed in one go."""
Offsets = Mapping[int, int]


@dataclass(frozen=True)
class Batch:
    """Events, what each of them says (an error where it cannot be parsed; none where it does not matter here), and the
    source's offsets after them."""

    events: Sequence[StoredEvent]
    recorded: Sequence[RecordedEvent[Any] | Exception | None]
    offsets: Offsets | None

    @classmethod
    async def parsed(cls, parse: Parser[Any], events: Sequence[StoredEvent], offsets: Offsets | None) -> "Batch":
        """In slices: requests that this process answers need not wait for all of it."""
        recorded: list[RecordedEvent[Any] | Exception | None] = []
        for start in range(0, len(events), SLICE):
            recorded += [parse_or_error(parse, event) for event in events[start : start + SLICE]]
            await asyncio.sleep(0)
        return cls(events, recorded, offsets)

    def halves(self) -> tuple["Batch", "Batch"]:
        """Only the second reaches as far as the offsets."""
        half = len(self.events) // 2
        first = Batch(self.events[:half], self.recorded[:half], None)
        return first, Batch(self.events[half:], self.recorded[half:], self.offsets)


def parse_or_error(parse: Parser[Any], event: StoredEvent) -> RecordedEvent[Any] | Exception | None:
    try:
        return parse(event)
    except Exception as error:
        return error


def recorded_events(recorded: Iterable[RecordedEvent[Any] | Exception | None]) -> list[RecordedEvent[Any]]:
    """Raises the error of the first that is none."""
    found = []
    for fact in recorded:
        if isinstance(fact, Exception):
            raise fact
        if fact is not None:
            found.append(fact)
    return found
