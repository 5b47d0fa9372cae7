"""Watermarks as records of a compacted topic in Kafka: the last record of a key counts."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.flow.cloudevents import parse_instant
from shared.flow.log import LogUnavailable
from shared.flow.watermark import Watermark
from shared.rules.fields import format_instant


@dataclass
class WatermarkReader:
    """Reads the only partition of the topic. `watermarks`: by source, the last one read so far."""

    consumer: Any
    partition: Any
    watermarks: dict[str, Watermark] = field(default_factory=dict)

    async def latest(self) -> Mapping[str, Watermark]:
        end = (await self.consumer.end_offsets([self.partition]))[self.partition]
        while (position := await self.consumer.position(self.partition)) < end:
            for record in (await self.consumer.getmany(self.partition, timeout_ms=100)).get(self.partition, ()):
                with suppress(AttributeError, KeyError, TypeError, ValueError):  # a record that we did not write
                    self.watermarks[record.key.decode()] = decode_watermark(record.value)
        if position > end:
            raise LogUnavailable(f"{self.partition.topic} was recreated")
        return self.watermarks


def encode_watermark(watermark: Watermark) -> bytes:
    return orjson.dumps({"position": watermark.position, "clock": format_instant(watermark.clock)})


def decode_watermark(value: bytes) -> Watermark:
    """Raises `KeyError`, `TypeError`, `ValueError` when it is not one of ours."""
    fields = orjson.loads(value)
    return Watermark(int(fields["position"]), parse_instant(fields["clock"].encode()))
