"""Records in Kafka that nobody of ours wrote: they stop nobody, lose nothing, and are told of."""

import secrets
from contextlib import aclosing

import pytest
from confluent_kafka import Producer
from structlog.testing import capture_logs

from funnelcast.verifying.log_copy import LogComparison, compare_with_log
from shared.flow.cloudevents import to_headers
from shared.flow.log.kafka import KafkaLog
from shared.flow.topic import TopicSource
from shared.flow.watermark import Watermark
from shared.rules.message import StoredEvent
from tests.kafka import Broker
from tests.shared.flow.stored import START, run_of, stored

pytestmark = pytest.mark.kafka
SOURCE = "intake"
PARTITIONS = 3
Headers = list[tuple[str, bytes]]


def changed(**headers: bytes | None) -> Headers:
    """The fields of a true event, but for these."""
    good = dict(to_headers(stored(2), SOURCE))
    found = good | {f"ce_{name}": value for name, value in headers.items() if value is not None}
    return [(name, value) for name, value in found.items() if headers.get(name.removeprefix("ce_"), b"") is not None]


HOSTILE: list[tuple[Headers, bytes | None]] = [
    ([], b"not ours"),
    ([], None),
    (changed(), None),
    (changed(), b"\xff\xfe"),
    (changed(), b'{"a": "\x00"}'),
    (changed(stream=b"lead\x00"), b"{}"),
    (changed(position=b""), b"{}"),
    (changed(position=b"0"), b"{}"),
    (changed(position=b"-1"), b"{}"),
    (changed(position=b"9" * 30), b"{}"),
    (changed(position=b"9" * 5000), b"{}"),
    (changed(position="٣".encode()), b"{}"),
    (changed(position=None), b"{}"),
    (changed(streamversion=b"4294967296"), b"{}"),
    (changed(id=b"no uuid"), b"{}"),
    (changed(time=b"yesterday"), b"{}"),
    (changed(time=b"2026-01-01T00:00:00"), b"{}"),
    (changed(type=b"\xff"), b"{}"),
]


def flood(address: str, topic: str, partition: int) -> None:
    producer = Producer({"bootstrap.servers": address})
    for headers, value in HOSTILE:
        producer.produce(topic, key=b"k", value=value, headers=headers, partition=partition)  # type: ignore[arg-type]
    assert producer.flush(10) == 0


async def taken(log: KafkaLog, topic: str, number: int) -> list[StoredEvent]:
    found: list[StoredEvent] = []
    async with aclosing(TopicSource(log, topic, SOURCE)) as source:
        while len(found) < number:
            found += await source.read(found[-1].position if found else 0, 500, 1)
    return found


async def test_records_that_are_not_ours_are_passed_over_and_logged(kafka: Broker) -> None:
    topic = f"hostile.{secrets.token_hex(4)}.v1"
    log = KafkaLog(kafka.address, watermarks=f"{topic}.watermarks")
    events = run_of(range(1, 301))
    try:
        await log.create_topic(topic, PARTITIONS)
        for start in range(0, 300, 100):
            async with log.publisher(topic, SOURCE) as publisher:
                await publisher.publish(events[start : start + 100])
            for partition in range(PARTITIONS):
                flood(kafka.address, topic, partition)
        with capture_logs() as lines:
            found = await taken(log, topic, len(events))
        comparison = LogComparison()
        comparison.add_stored(events)
        await compare_with_log(log, topic, comparison)
    finally:
        await log.close()
    body = sum(line["count"] for line in lines if line["event"] == "foreign_records")
    strange = 3 * PARTITIONS * len(HOSTILE)
    print(f"{strange} records of strangers among {len(events)} events: {len(found)} read in order, {body} told of")
    assert found == events
    assert len(HOSTILE) * PARTITIONS * 2 <= body <= strange
    assert len(comparison.findings) == strange
    expected = {f"partition {each} holds a record that is not ours" for each in range(PARTITIONS)}
    assert set(comparison.findings) == expected
    assert list(comparison.missing_events(len(events))) == []


async def test_an_invalid_watermark_is_ignored(kafka: Broker) -> None:
    topic = f"hostile.{secrets.token_hex(4)}.watermarks"
    log = KafkaLog(kafka.address, watermarks=topic)
    try:
        await log.set_watermark(SOURCE, Watermark(7, START))
        producer = Producer({"bootstrap.servers": kafka.address})
        for value in (
            b"not ours",
            b"{}",
            b"null",
            b'{"position": "x", "clock": 1}',
            b'{"position": 9, "clock": "never"}',
        ):
            producer.produce(topic, key=SOURCE.encode(), value=value)
        producer.produce(topic, key=b"\xff", value=b"{}")
        assert producer.flush(10) == 0
        assert await log.watermark(SOURCE) == Watermark(7, START)
    finally:
        await log.close()
