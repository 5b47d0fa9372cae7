"""Properties of Kafka alone, checked by another client."""

import asyncio
from datetime import datetime

import pytest
from confluent_kafka import Consumer, Message, Producer
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]
from structlog.testing import capture_logs

from shared.flow.log import LogUnavailable, partition_of
from shared.flow.log.kafka import KafkaLog
from shared.flow.watermark import Watermark
from tests.kafka import Broker
from tests.running import eventually, within
from tests.shared.flow.stored import START, positions_of, run_of, stored
from tests.shared.flow.test_log import PARTITIONS, SOURCE, published, source, take, trouble

pytestmark = pytest.mark.kafka


@pytest.fixture
def log(kafka: Broker, topic: str) -> KafkaLog:
    return KafkaLog(kafka.address, watermarks=f"{topic}.watermarks")


def consumed(broker: Broker, topic: str, number: int) -> list[Message]:
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        return consumer.consume(number, timeout=20)
    finally:
        consumer.close()


def settings_of(broker: Broker, topic: str) -> dict[str, str]:
    admin = AdminClient({"bootstrap.servers": broker.address})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    answer = admin.describe_configs([resource])[resource].result(10)
    return {name: entry.value for name, entry in answer.items()}


def headers_of(record: Message) -> dict[str, str]:
    headers = record.headers()
    assert isinstance(headers, list)
    return {name: value.decode() for name, value in headers if isinstance(value, bytes)}


async def test_a_record_is_a_cloud_event_in_binary_mode(log: KafkaLog, kafka: Broker, topic: str) -> None:
    event = stored(7, stream="lead-0042")
    await published(log, topic, [event])
    [record] = consumed(kafka, topic, 1)
    assert record.error() is None
    assert (record.key(), record.value()) == (b"lead-0042", event.data.encode())
    headers = headers_of(record)
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_source": "/lead_intake",
        "ce_type": "LeadCaptured",
        "ce_subject": "0042",
        "ce_time": "2026-01-01T08:30:00.123463Z",
        "content-type": "application/json",
        "ce_position": "7",
        "ce_recordedtime": "2026-01-01T08:30:07.123456Z",
        "ce_stream": "lead-0042",
        "ce_streamversion": "7",
        "ce_actor": "key:web",
        "ce_correlationid": str(event.correlation_id),
        "ce_causationid": str(event.causation_id),
    }
    assert datetime.fromisoformat(headers["ce_time"]) == event.occurred_at


async def test_attribute_names_are_those_that_cloud_events_allows(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await published(log, topic, [stored(1)])
    [record] = consumed(kafka, topic, 1)
    names = headers_of(record).keys() - {"content-type"}
    assert all(name.startswith("ce_") and name[3:].isalnum() and name[3:].islower() for name in names)
    assert all(len(name) <= len("ce_") + 20 for name in names)


async def test_attributes_without_a_value_have_no_header(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await published(log, topic, [stored(2, stream="setting")])
    [record] = consumed(kafka, topic, 1)
    assert not {"ce_causationid", "ce_subject"} & headers_of(record).keys()


async def test_topics_keep_everything_for_ever(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await log.create_topic(topic, PARTITIONS)
    settings = settings_of(kafka, topic)
    assert (settings["retention.ms"], settings["retention.bytes"]) == ("-1", "-1")
    assert settings["cleanup.policy"] == "delete"
    assert settings["message.timestamp.type"] == "LogAppendTime"
    described = AdminClient({"bootstrap.servers": kafka.address}).list_topics(topic, timeout=10)
    assert len(described.topics[topic].partitions) == PARTITIONS


async def test_watermarks_are_compacted(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await log.set_watermark(SOURCE, Watermark(3, START))
    await log.close()
    assert settings_of(kafka, f"{topic}.watermarks")["cleanup.policy"] == "compact"
    [record] = consumed(kafka, f"{topic}.watermarks", 1)
    assert (record.key(), record.partition()) == (SOURCE.encode(), 0)


async def test_librdkafka_chooses_the_same_partitions(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await log.create_topic(topic, PARTITIONS)
    keys = [f"opportunity-{number}-é" for number in range(200)]
    producer = Producer({"bootstrap.servers": kafka.address, "partitioner": "murmur2"})
    for key in keys:
        producer.produce(topic, key=key.encode(), value=b"{}")
    producer.flush(20)
    chosen = {record.key(): record.partition() for record in consumed(kafka, topic, len(keys))}
    assert chosen == {key.encode(): partition_of(key, PARTITIONS) for key in keys}


async def test_a_foreign_record_is_passed_over_and_logged(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await log.create_topic(topic, 1)
    producer = Producer({"bootstrap.servers": kafka.address})
    producer.produce(topic, key=b"a", value=b"not an event")
    producer.flush(20)
    await published(log, topic, [stored(1)])
    async with source(log, topic) as events:
        with capture_logs() as lines:
            assert await take(events, 0, 1) == [stored(1)]
    (line,) = [line for line in lines if line["event"] == "foreign_records"]
    assert (line["topic"], line["partition"], line["first"], line["count"]) == (topic, 0, 0, 1)


async def test_a_frozen_broker_is_unavailable_in_bounded_time_and_nothing_is_lost(
    log: KafkaLog, kafka: Broker, topic: str
) -> None:
    await published(log, topic, run_of(range(1, 101)))
    async with log.publisher(topic, SOURCE) as publisher:
        kafka.freeze()
        try:
            with pytest.raises(LogUnavailable):
                await within(6, publisher.publish(run_of(range(101, 151))))
            with pytest.raises(LogUnavailable):
                await within(6, log.check())
        finally:
            kafka.thaw()

    async def is_read() -> bool:
        """Reads as the relay does: a cluster that has missed its broker says no for a moment more."""
        try:
            await published(log, topic, run_of(range(101, 201)))
        except LogUnavailable:
            return False
        return True

    assert await eventually(is_read)
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 200)) == list(range(1, 201))


async def test_reading_goes_on_after_a_topic_was_lost_and_filled_again(
    log: KafkaLog, kafka: Broker, topic: str
) -> None:
    sent = run_of(range(1, 301))
    await published(log, topic, sent[:100], sent[:100], sent[100:200])
    async with source(log, topic) as events:
        await take(events, 0, 200)
        await remove(kafka, topic)
        await published(log, topic, sent)
        await log.set_watermark(SOURCE, Watermark(300, START))
        assert positions_of(await take(events, 200, 100)) == list(range(201, 301))
        assert trouble(events) == ""
    await log.close()


async def remove(broker: Broker, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.delete_topics([topic])[topic].result(10)
    while topic in admin.list_topics(timeout=10).topics:
        await asyncio.sleep(0.05)


async def test_an_open_reader_goes_on_when_the_broker_is_back(log: KafkaLog, kafka: Broker, topic: str) -> None:
    await published(log, topic, run_of([1]), partitions=1)
    async with log.reader(topic, {0: 1}) as reader:
        kafka.kill()
        assert await reader.read(reader.partitions, 0.5) == {}
        with pytest.raises(LogUnavailable):
            await within(6, reader.ends())
        await asyncio.to_thread(kafka.start)
        await published(log, topic, run_of([2]))
        found = await reader.read(reader.partitions, 10)
    assert [each.event.position for each in found[0]] == [2]
