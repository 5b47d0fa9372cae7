"""The log in Kafka. aiokafka's defaults lose records; every setting that matters is stated here."""

import asyncio
import struct
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code  # type: ignore[import-untyped]

from shared.flow.cloudevents import from_headers
from shared.flow.log import FOREIGN_RECORD, Fetched, LogUnavailable, UnknownTopic, Watermark
from shared.flow.log.batches import Batch, BatchPublisher
from shared.flow.log.clients import (
    ReusableClient,
    close_admin_client,
    close_consumer,
    close_producer,
    run_to_completion,
    start_client,
)
from shared.flow.log.watermarks import WatermarkReader, encode_watermark

log = structlog.get_logger()
ANSWER_TIMEOUT = 5.0
"""Seconds for one answer."""
TIMEOUTS = {"request_timeout_ms": 3_000, "metadata_max_age_ms": 30_000, "retry_backoff_ms": 100}
DURABLE = {"acks": "all", "enable_idempotence": True}
BATCHING = {"compression_type": "lz4", "max_batch_size": 256 * 1024, "linger_ms": 5}
WITHOUT_GROUP = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "fetch_max_wait_ms": 200,
}
MALFORMED_ANSWER = (ValueError, LookupError, TypeError, AssertionError, struct.error)
"""What aiokafka raises over bytes that no broker would send."""
MAX_RECORDS = 50
"""Records that one read takes at most: whatever else this process does need not wait for more."""
# The broker's clock stamps records: it refuses those that a clock an hour ahead of its own has stamped.
UNLIMITED_RETENTION = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
}
# The open segment is never compacted: short ones keep short what a new reader has to read.
COMPACTED = {"cleanup.policy": "compact", "segment.ms": "600000", "max.compaction.lag.ms": "600000"}


class KafkaLog:
    """`replication` is that of topics it creates, -1 the brokers' default; `security` goes to every client as it is."""

    def __init__(
        self,
        address: str,
        *,
        replication: int = -1,
        watermarks: str = "funnelcast.watermarks.v1",
        security: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = {"bootstrap_servers": address, "client_id": "funnelcast", **TIMEOUTS, **(security or {})}
        self._replication = replication
        self._watermarks = watermarks
        self._teller = ReusableClient(self._opened_teller)
        self._tail = ReusableClient(self._opened_tail)

    async def create_topic(self, topic: str, partitions: int) -> None:
        await self._create(topic, partitions, UNLIMITED_RETENTION)

    async def empty_topic(self, topic: str, partitions: int) -> None:
        async with self._admin() as admin:
            known = await partitions_by_topic(admin)
            if topic in known:
                answer = await admin.delete_topics([topic])
                for name, code, *_ in answer.topic_error_codes:
                    if code:
                        raise LogUnavailable(f"cannot delete {name}: {for_code(code).__name__}")
            while topic in await partitions_by_topic(admin):
                await asyncio.sleep(0.05)
        await self.create_topic(topic, known.get(topic, partitions))

    @asynccontextmanager
    async def publisher(self, topic: str, source: str) -> AsyncIterator[BatchPublisher]:
        partitions = await self._partitions(topic)
        async with self._producer() as producer:

            async def send(partition: int, batch: Batch) -> None:
                async with log_errors():
                    await (await producer.send_batch(batch, topic, partition=partition))

            yield BatchPublisher(source, partitions, producer.create_batch, send)

    @asynccontextmanager
    async def reader(self, topic: str, offsets: Mapping[int, int]) -> AsyncIterator["KafkaReader"]:
        places = [TopicPartition(topic, partition) for partition in range(await self._partitions(topic))]
        async with self._consumer(places, offsets) as consumer:
            yield KafkaReader(consumer, topic, frozenset(place.partition for place in places))

    async def set_watermark(self, source: str, watermark: Watermark) -> None:
        async with log_errors(), self._teller.use() as producer:
            value = encode_watermark(watermark)
            await producer.send_and_wait(self._watermarks, value, key=source.encode(), partition=0)

    async def watermark(self, source: str) -> Watermark | None:
        try:
            async with log_errors(), self._tail.use() as tail:
                return (await tail.latest()).get(source)
        except UnknownTopic:
            return None

    async def check(self) -> None:
        async with self._admin():
            return

    async def close(self) -> None:
        await self._teller.close()
        await self._tail.close()

    @asynccontextmanager
    async def _opened_teller(self) -> AsyncIterator[AIOKafkaProducer]:
        await self._create(self._watermarks, 1, COMPACTED)
        async with self._producer() as producer:
            yield producer

    @asynccontextmanager
    async def _opened_tail(self) -> AsyncIterator[WatermarkReader]:
        await self._partitions(self._watermarks)
        place = TopicPartition(self._watermarks, 0)
        async with self._consumer([place], {}) as consumer:
            yield WatermarkReader(consumer, place)

    async def _create(self, topic: str, partitions: int, config: Mapping[str, str]) -> None:
        replicas: dict[int, list[int]] | None = {} if self._replication == -1 else None
        wanted = NewTopic(topic, partitions, self._replication, replicas, dict(config))
        async with self._admin() as admin:
            try:
                answer = await admin.create_topics([wanted])
            except AttributeError as error:  # aiokafka asks the controller for its id, also when there is none
                raise LogUnavailable("the cluster has no controller") from error
            for _, code, message in answer.topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise LogUnavailable(f"cannot create {topic}: {message}")
            while topic not in await partitions_by_topic(admin):
                await asyncio.sleep(0.05)

    async def _partitions(self, topic: str) -> int:
        async with self._admin() as admin:
            known = await partitions_by_topic(admin)
        if topic not in known:
            raise UnknownTopic(topic)
        return known[topic]

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._client)
        async with log_errors():
            try:
                await start_client(admin)
                yield admin
            finally:
                await run_to_completion(close_admin_client(admin))

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(**self._client, **DURABLE, **BATCHING)
        try:
            async with log_errors():
                await start_client(producer)
            yield producer
        finally:
            await run_to_completion(close_producer(producer))

    @asynccontextmanager
    async def _consumer(
        self, places: Collection[TopicPartition], offsets: Mapping[int, int]
    ) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(**self._client, **WITHOUT_GROUP)
        try:
            async with log_errors():
                await start_client(consumer)
            consumer.assign(places)
            for place in places:
                consumer.seek(place, offsets.get(place.partition, 0))
            yield consumer
        finally:
            await run_to_completion(close_consumer(consumer))


async def partitions_by_topic(admin: AIOKafkaAdminClient) -> Mapping[str, int]:
    """Of all topics: asking for one by its name would create it, where brokers create topics by themselves."""
    return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics(None)}


@dataclass
class KafkaReader:
    consumer: AIOKafkaConsumer
    topic: str
    partitions: Collection[int]

    async def read(self, partitions: Collection[int], wait: float) -> Mapping[int, Sequence[Fetched]]:
        places = [TopicPartition(self.topic, partition) for partition in partitions]
        if not places:
            await asyncio.sleep(wait)
            return {}
        async with log_errors(wait + ANSWER_TIMEOUT):
            got = await self.consumer.getmany(*places, timeout_ms=int(wait * 1000), max_records=MAX_RECORDS)
        fetched = {place.partition: [fetched_from(record) for record in records] for place, records in got.items()}
        for partition, records in fetched.items():
            report_foreign_records(self.topic, partition, records)
        return fetched

    async def ends(self) -> Mapping[int, int]:
        known = self.consumer.partitions_for_topic(self.topic) or self.partitions
        async with log_errors():
            ends = await self.consumer.end_offsets([TopicPartition(self.topic, partition) for partition in known])
        return {place.partition: offset for place, offset in ends.items()}


def fetched_from(record: Any) -> Fetched:
    try:
        return Fetched(record.offset, from_headers(record.headers, record.value))
    except (AttributeError, KeyError, TypeError, ValueError):
        return Fetched(record.offset, FOREIGN_RECORD)


def report_foreign_records(topic: str, partition: int, records: Sequence[Fetched]) -> None:
    """Somebody else may write to our topic; that must not happen, and must not stop us."""
    strange = [record.offset for record in records if record.event is FOREIGN_RECORD]
    if strange:
        log.error("records_not_ours", topic=topic, partition=partition, first=strange[0], count=len(strange))


@asynccontextmanager
async def log_errors(seconds: float = ANSWER_TIMEOUT) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(str(error) or f"no answer in {seconds} seconds") from error
    except MALFORMED_ANSWER as error:
        raise LogUnavailable(f"an answer that makes no sense: {type(error).__name__}: {error}") from error
