"""The log carries events between services, partitioned and in order: Kafka, or (embedded) tables in Postgres.

Both keep every record for ever, in order within a partition, and fulfil the protocol `Log`; the same tests run on both.
A *source* is the name of the service whose events a topic carries.
"""

import struct
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import NamedTuple, Protocol
from uuid import UUID

from shared.flow.watermark import Watermark
from shared.rules.message import BEGINNING, StoredEvent

LARGEST_RECORD = 1024 * 1024
"""Bytes, with the envelope. Kafka's default for `max.message.bytes`; the embedded log has the same limit."""

ENVELOPE = 1024
"""Bytes of a record beside its texts: ids, instants, names of headers."""


class LogUnavailable(Exception):
    """The log cannot be reached, refuses, or did not answer in time. Callers retry for ever, with back-off."""


class UnknownTopic(LogUnavailable):
    """The topic does not exist yet: the relay of its service creates it."""


class RecordTooLarge(Exception):
    """An event is larger than `LARGEST_RECORD`; nothing of its chunk was sent. A retry would fail again."""


class Fetched(NamedTuple):
    """A record with its offset: its place in its partition, from 0."""

    offset: int
    event: StoredEvent


FOREIGN_RECORD = StoredEvent(0, UUID(int=0), "", 0, "", "", BEGINNING, BEGINNING, "", UUID(int=0), None)
"""The placeholder of a record that the relay cannot have written. It has no position, so merging passes over it. If it
is the rest of a damaged event, that event's position is a hole."""


class Publisher(Protocol):
    async def publish(self, events: Sequence[StoredEvent]) -> None:
        """Appends the events to their partitions, in order; returns when all are acknowledged as durable.

        No chunk of a partition is sent before the previous one is acknowledged, so nothing overtakes a failure.
        Raises `LogUnavailable` in bounded time: any part of `events` may then have been written, the publisher cannot
        be used any more, and the caller opens another one and resends from its cursor. Raises `RecordTooLarge` before
        anything is sent. One call at a time.
        """


class PartitionReader(Protocol):
    @property
    def partitions(self) -> Collection[int]:
        """All partitions that the topic had when the reader was opened."""

    async def read(self, partitions: Collection[int], wait: float) -> Mapping[int, Sequence[Fetched]]:
        """Some of the next records of these partitions, in the order of offsets, without gaps.

        Waits up to `wait` seconds for the first; empty when none came. The other partitions stay where they are.
        Raises `LogUnavailable`; the reader cannot be used any more then. One call at a time.
        """

    async def ends(self) -> Mapping[int, int]:
        """The offset after the last record of each partition that can be read now.

        Every record that was acknowledged before the call lies below. Partitions that were added since the reader
        was opened show up within half a minute. Raises `LogUnavailable`.
        """


class Log(Protocol):
    """While the log is unavailable, every method raises `LogUnavailable` within seconds."""

    async def create_topic(self, topic: str, partitions: int) -> None:
        """Creates the topic with unlimited retention, unless it exists: then its partitions stay as they are."""

    async def empty_topic(self, topic: str, partitions: int) -> None:
        """Removes all records: offsets begin at 0 again. A topic that does not exist is created with `partitions`.

        Readers notice that the topic was recreated. No other process may publish to it meanwhile.
        """

    def publisher(self, topic: str, source: str) -> AbstractAsyncContextManager[Publisher]:
        """A publisher, for one writer at a time. Entering raises `LogUnavailable`, `UnknownTopic`."""

    def reader(self, topic: str, offsets: Mapping[int, int]) -> AbstractAsyncContextManager[PartitionReader]:
        """Reads all partitions from these offsets, or from 0; belongs to no consumer group.

        An offset beyond the partition's end (the topic was recreated) counts as 0. Entering raises `LogUnavailable`,
        `UnknownTopic`.
        """

    async def set_watermark(self, source: str, watermark: Watermark) -> None:
        """Replaces the source's watermark; it is durable on return."""

    async def watermark(self, source: str) -> Watermark | None:
        """The one set last; `None` when there is none."""

    async def check(self) -> None:
        """Returns when the log answers now."""

    async def close(self) -> None:
        """Releases all connections, after publishers and readers were closed by their contexts."""


def check_sizes(events: Sequence[StoredEvent]) -> None:
    """Raises `RecordTooLarge`."""
    for event in events:
        size = record_size(event)
        if size > LARGEST_RECORD:
            raise RecordTooLarge(f"the event at position {event.position} is {size} bytes")


def record_size(event: StoredEvent) -> int:
    texts = (event.data, event.stream, event.stream, event.type, event.actor, event.on_behalf_of or "")
    return ENVELOPE + sum(len(text.encode()) for text in texts)


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key (a stream), as Kafka's Java client chooses it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


@lru_cache(maxsize=65_536)
def murmur2(data: bytes) -> int:
    """Austin Appleby's MurmurHash2 with the seed of Kafka's Java client, as an unsigned 32-bit number."""
    whole = len(data) & ~3
    h = 0x9747B28C ^ len(data)
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        k = word * 0x5BD1E995 & 0xFFFFFFFF
        h = (h * 0x5BD1E995 ^ (k ^ k >> 24) * 0x5BD1E995) & 0xFFFFFFFF
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * 0x5BD1E995 & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0x5BD1E995 & 0xFFFFFFFF
    return h ^ h >> 15
