"""Watermarks as records of a compacted topic: the last one of a key is the one that counts."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.flow.log import LogUnavailable, Watermark
from shared.flow.log.cloudevents import instant, written


@dataclass
class Tail:
    """The last record of each key of a compacted partition."""

    consumer: Any
    place: Any
    read: dict[str, Watermark] = field(default_factory=dict)

    async def latest(self) -> Mapping[str, Watermark]:
        end = (await self.consumer.end_offsets([self.place]))[self.place]
        while (position := await self.consumer.position(self.place)) < end:
            for record in (await self.consumer.getmany(self.place, timeout_ms=100)).get(self.place, ()):
                with suppress(AttributeError, KeyError, TypeError, ValueError):  # somebody else wrote it
                    self.read[record.key.decode()] = watermark_of(record.value)
        if position > end:
            raise LogUnavailable(f"{self.place.topic} was made anew")
        return self.read


def written_watermark(watermark: Watermark) -> bytes:
    return orjson.dumps({"position": watermark.position, "clock": written(watermark.clock)})


def watermark_of(value: bytes) -> Watermark:
    """Raises `KeyError`, `TypeError`, `ValueError` when it is not one of ours."""
    read = orjson.loads(value)
    return Watermark(int(read["position"]), instant(read["clock"].encode()))
