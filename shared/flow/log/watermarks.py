"""Watermarks as records of a compacted topic: the last one of a key is the one that counts."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.flow.cloudevents import format_instant, parse_instant
from shared.flow.log import LogUnavailable, Watermark


@dataclass
class WatermarkReader:
    """The last record of each key of a compacted partition."""

    consumer: Any
    place: Any
    read: dict[str, Watermark] = field(default_factory=dict)

    async def latest(self) -> Mapping[str, Watermark]:
        end = (await self.consumer.end_offsets([self.place]))[self.place]
        while (position := await self.consumer.position(self.place)) < end:
            for record in (await self.consumer.getmany(self.place, timeout_ms=100)).get(self.place, ()):
                with suppress(AttributeError, KeyError, TypeError, ValueError):  # somebody else wrote it
                    self.read[record.key.decode()] = decode_watermark(record.value)
        if position > end:
            raise LogUnavailable(f"{self.place.topic} was made anew")
        return self.read


def encode_watermark(watermark: Watermark) -> bytes:
    return orjson.dumps({"position": watermark.position, "clock": format_instant(watermark.clock)})


def decode_watermark(value: bytes) -> Watermark:
    """Raises `KeyError`, `TypeError`, `ValueError` when it is not one of ours."""
    read = orjson.loads(value)
    return Watermark(int(read["position"]), parse_instant(read["clock"].encode()))
