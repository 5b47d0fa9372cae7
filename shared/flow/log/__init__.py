"""The log: the ordered, partitioned road of events between services. Kafka, or (embedded) tables in Postgres.

Both keep every record for ever, in the order of its key, and promise what `Log` says; one test suite holds them to it.
A *source* is the name of the service whose events a topic carries.
"""

import struct
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from uuid import UUID

from shared.rules.message import BEGINNING, StoredEvent

LARGEST_RECORD = 1024 * 1024
"""Bytes, with the envelope's. Kafka's default (`max.message.bytes`), held on both logs."""

ENVELOPE = 1024
"""Bytes that a record needs beside its texts: ids, instants, the names of headers."""


class LogUnavailable(Exception):
    """The log cannot be reached, refuses, or did not answer in time: retry for ever, with back-off."""


class UnknownTopic(LogUnavailable):
    """There is no such topic, or not yet: the relay of its service creates it."""


class RecordTooLarge(Exception):
    """An event is over `LARGEST_RECORD`; nothing of its chunk was sent. Retrying does not help."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """Every event up to `position` is in the log, and none after it has `recorded_at` ≤ `clock`."""

    position: int
    clock: datetime


class Fetched(NamedTuple):
    """A record with its offset: its place in its partition, from 0."""

    offset: int
    event: StoredEvent


FOREIGN_RECORD = StoredEvent(0, UUID(int=0), "", 0, "", "", BEGINNING, BEGINNING, "", UUID(int=0), None)
"""Stands for a record that nobody of ours can have written: it has no position, so whoever merges passes over it. If it
is what is left of an event, that event's position is a hole."""


class Publisher(Protocol):
    async def publish(self, events: Sequence[StoredEvent]) -> None:
        """Appends these to their partitions, in this order per partition; returns when all are acknowledged as durable.

        No chunk of a partition is sent before the previous one is acknowledged, so nothing overtakes a failure.
        Raises `LogUnavailable` in bounded time: then any part of `events` may have been written, the publisher is
        finished, and the caller opens another and resends from its cursor. Raises `RecordTooLarge` before anything
        is sent. One call at a time.
        """


class PartitionReader(Protocol):
    @property
    def partitions(self) -> Collection[int]:
        """All partitions that the topic had when the reader was opened."""

    async def read(self, partitions: Collection[int], wait: float) -> Mapping[int, Sequence[Fetched]]:
        """Some of the next records of these partitions, in the order of offsets, without gaps.

        Waits up to `wait` seconds for the first; empty when none came. The other partitions lose nothing.
        Raises `LogUnavailable`; the reader is then finished. One call at a time.
        """

    async def ends(self) -> Mapping[int, int]:
        """The offset after the last readable record, now, of every partition that the topic has.

        Every record that was acknowledged before the call lies below. Partitions that were added since the reader
        was opened show up within half a minute. Raises `LogUnavailable`.
        """


class Log(Protocol):
    """Every method raises `LogUnavailable` in a few seconds when the log is away, and works again when it is back."""

    async def create_topic(self, topic: str, partitions: int) -> None:
        """Creates the topic with unlimited retention. One that exists is left as it is, with its partitions."""

    async def empty_topic(self, topic: str, partitions: int) -> None:
        """The topic without a record, its offsets from 0 again; with the partitions it had, else created with these.

        Whoever reads it notices that it was made anew. Nobody else may be publishing to it.
        """

    def publisher(self, topic: str, source: str) -> AbstractAsyncContextManager[Publisher]:
        """For one writer at a time. Raises `LogUnavailable`, `UnknownTopic` on entering."""

    def reader(self, topic: str, offsets: Mapping[int, int]) -> AbstractAsyncContextManager[PartitionReader]:
        """Reads all partitions, each from its offset here, else from its beginning; belongs to no group.

        An offset that the partition does not have (the topic was made anew) means its beginning.
        Raises `LogUnavailable`, `UnknownTopic` on entering.
        """

    async def set_watermark(self, source: str, watermark: Watermark) -> None:
        """Replaces the source's watermark; durable on return."""

    async def watermark(self, source: str) -> Watermark | None:
        """The last that was set before the call; `None` when there is none."""

    async def check(self) -> None:
        """Returns when the log answers now."""

    async def close(self) -> None:
        """Frees what the log holds; publishers and readers are closed by their own contexts, before."""


def check_sizes(events: Sequence[StoredEvent]) -> None:
    """Raises `RecordTooLarge` if one of them is."""
    for event in events:
        size = record_size(event)
        if size > LARGEST_RECORD:
            raise RecordTooLarge(f"the event at position {event.position} is {size} bytes")


def record_size(event: StoredEvent) -> int:
    texts = (event.data, event.stream, event.stream, event.type, event.actor)
    return ENVELOPE + sum(len(text.encode()) for text in texts)


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key (a stream), as Kafka's Java client chooses it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


@lru_cache(maxsize=65_536)
def murmur2(data: bytes) -> int:
    """Austin Appleby's MurmurHash2 with Kafka's seed, as an unsigned 32-bit number."""
    whole = len(data) & ~3
    h = 0x9747B28C ^ len(data)
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        k = word * 0x5BD1E995 & 0xFFFFFFFF
        h = (h * 0x5BD1E995 ^ (k ^ k >> 24) * 0x5BD1E995) & 0xFFFFFFFF
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * 0x5BD1E995 & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0x5BD1E995 & 0xFFFFFFFF
    return h ^ h >> 15
