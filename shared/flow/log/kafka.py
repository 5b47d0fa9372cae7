"""The log in Kafka. aiokafka's defaults can lose records: every setting that matters is stated here."""

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
from shared.flow.log import FOREIGN_RECORD, Fetched, LogUnavailable, UnknownTopic
from shared.flow.log.batches import BatchPublisher, RecordBatch
from shared.flow.log.clients import (
    ReusableClient,
    close_admin_client,
    close_consumer,
    close_producer,
    start_client,
)
from shared.flow.log.watermarks import WatermarkReader, encode_watermark
from shared.flow.watermark import Watermark
from shared.store.cancellation import run_to_completion

log = structlog.get_logger()
ANSWER_TIMEOUT = 5.0
"""Seconds for one request."""
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
"""The errors that aiokafka raises for bytes that no broker sends."""
MAX_RECORDS = 50
"""The most records of one read: other tasks of the process need not wait longer than their decoding takes."""
# The broker stamps the records: it refuses those of a producer whose clock is an hour ahead.
UNLIMITED_RETENTION = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
}
# The open segment is never compacted: short segments limit how much a new reader has to read.
COMPACTED = {"cleanup.policy": "compact", "segment.ms": "600000", "max.compaction.lag.ms": "600000"}


class KafkaLog:
    """`replication`: of topics that it creates, -1 for the brokers' default. `security`: passed on to every client."""

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
        self._watermark_producer = ReusableClient(self._open_watermark_producer)
        self._watermark_reader = ReusableClient(self._open_watermark_reader)

    async def create_topic(self, topic: str, partitions: int) -> None:
        await self._create(topic, partitions, UNLIMITED_RETENTION)

    async def empty_topic(self, topic: str, partitions: int) -> None:
        async with self._admin() as admin:
            existing = await partitions_by_topic(admin)
            if topic in existing:
                answer = await admin.delete_topics([topic])
                for name, code, *_ in answer.topic_error_codes:
                    if code:
                        raise LogUnavailable(f"cannot delete {name}: {for_code(code).__name__}")
            while topic in await partitions_by_topic(admin):
                await asyncio.sleep(0.05)
        await self.create_topic(topic, existing.get(topic, partitions))

    @asynccontextmanager
    async def publisher(self, topic: str, source: str) -> AsyncIterator[BatchPublisher]:
        partitions = await self._partitions(topic)
        async with self._producer() as producer:

            async def send(partition: int, batch: RecordBatch) -> None:
                async with as_log_unavailable():
                    await (await producer.send_batch(batch, topic, partition=partition))

            yield BatchPublisher(source, partitions, producer.create_batch, send)

    @asynccontextmanager
    async def reader(self, topic: str, offsets: Mapping[int, int]) -> AsyncIterator["KafkaReader"]:
        assigned = [TopicPartition(topic, partition) for partition in range(await self._partitions(topic))]
        async with self._consumer(assigned, offsets) as consumer:
            yield KafkaReader(consumer, topic, frozenset(each.partition for each in assigned))

    async def set_watermark(self, source: str, watermark: Watermark) -> None:
        async with as_log_unavailable(), self._watermark_producer.use() as producer:
            value = encode_watermark(watermark)
            await producer.send_and_wait(self._watermarks, value, key=source.encode(), partition=0)

    async def watermark(self, source: str) -> Watermark | None:
        try:
            async with as_log_unavailable(), self._watermark_reader.use() as reader:
                return (await reader.latest()).get(source)
        except UnknownTopic:
            return None

    async def check(self) -> None:
        async with self._admin():
            return

    async def close(self) -> None:
        await self._watermark_producer.close()
        await self._watermark_reader.close()

    @asynccontextmanager
    async def _open_watermark_producer(self) -> AsyncIterator[AIOKafkaProducer]:
        await self._create(self._watermarks, 1, COMPACTED)
        async with self._producer() as producer:
            yield producer

    @asynccontextmanager
    async def _open_watermark_reader(self) -> AsyncIterator[WatermarkReader]:
        await self._partitions(self._watermarks)
        partition = TopicPartition(self._watermarks, 0)
        async with self._consumer([partition], {}) as consumer:
            yield WatermarkReader(consumer, partition)

    async def _create(self, topic: str, partitions: int, config: Mapping[str, str]) -> None:
        replicas: dict[int, list[int]] | None = {} if self._replication == -1 else None
        wanted = NewTopic(topic, partitions, self._replication, replicas, dict(config))
        async with self._admin() as admin:
            try:
                answer = await admin.create_topics([wanted])
            except AttributeError as error:  # aiokafka reads the id of a controller that does not exist
                raise LogUnavailable("the cluster has no controller") from error
            for _, code, message in answer.topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise LogUnavailable(f"cannot create {topic}: {message}")
            while topic not in await partitions_by_topic(admin):
                await asyncio.sleep(0.05)

    async def _partitions(self, topic: str) -> int:
        async with self._admin() as admin:
            existing = await partitions_by_topic(admin)
        if topic not in existing:
            raise UnknownTopic(topic)
        return existing[topic]

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._client)
        async with as_log_unavailable():
            try:
                await start_client(admin)
                yield admin
            finally:
                await run_to_completion(close_admin_client(admin))

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(**self._client, **DURABLE, **BATCHING)
        try:
            async with as_log_unavailable():
                await start_client(producer)
            yield producer
        finally:
            await run_to_completion(close_producer(producer))

    @asynccontextmanager
    async def _consumer(
        self, assigned: Collection[TopicPartition], offsets: Mapping[int, int]
    ) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(**self._client, **WITHOUT_GROUP)
        try:
            async with as_log_unavailable():
                await start_client(consumer)
            consumer.assign(assigned)
            for each in assigned:
                consumer.seek(each, offsets.get(each.partition, 0))
            yield consumer
        finally:
            await run_to_completion(close_consumer(consumer))


async def partitions_by_topic(admin: AIOKafkaAdminClient) -> Mapping[str, int]:
    """The partitions of all topics: a request for one topic would create it, on brokers that create topics
    automatically."""
    return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics(None)}


@dataclass
class KafkaReader:
    consumer: AIOKafkaConsumer
    topic: str
    partitions: Collection[int]

    async def read(self, partitions: Collection[int], wait: float) -> Mapping[int, Sequence[Fetched]]:
        wanted = [TopicPartition(self.topic, partition) for partition in partitions]
        if not wanted:
            await asyncio.sleep(wait)
            return {}
        async with as_log_unavailable(wait + ANSWER_TIMEOUT):
            received = await self.consumer.getmany(*wanted, timeout_ms=int(wait * 1000), max_records=MAX_RECORDS)
        fetched = {each.partition: [to_fetched(record) for record in records] for each, records in received.items()}
        for partition, records in fetched.items():
            log_foreign_records(self.topic, partition, records)
        return fetched

    async def ends(self) -> Mapping[int, int]:
        partitions = self.consumer.partitions_for_topic(self.topic) or self.partitions
        async with as_log_unavailable():
            ends = await self.consumer.end_offsets([TopicPartition(self.topic, partition) for partition in partitions])
        return {each.partition: offset for each, offset in ends.items()}


def to_fetched(record: Any) -> Fetched:
    try:
        return Fetched(record.offset, from_headers(record.headers, record.value))
    except (AttributeError, KeyError, TypeError, ValueError):
        return Fetched(record.offset, FOREIGN_RECORD)


def log_foreign_records(topic: str, partition: int, records: Sequence[Fetched]) -> None:
    """Records of another writer are a fault of the installation, but readers pass over them."""
    offsets = [record.offset for record in records if record.event is FOREIGN_RECORD]
    if offsets:
        log.error("foreign_records", topic=topic, partition=partition, first=offsets[0], count=len(offsets))


@asynccontextmanager
async def as_log_unavailable(seconds: float = ANSWER_TIMEOUT) -> AsyncIterator[None]:
    """Turns errors of Kafka, of the network and of time into `LogUnavailable`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise LogUnavailable(str(error) or f"no answer in {seconds} seconds") from error
    except MALFORMED_ANSWER as error:
        raise LogUnavailable(f"a malformed answer: {type(error).__name__}: {error}") from error
