"""The promises of `Log`, tested on both logs."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

from shared.flow.log import (
    ENVELOPE,
    LARGEST_RECORD,
    Fetched,
    Log,
    LogUnavailable,
    PartitionReader,
    RecordTooLarge,
    UnknownTopic,
    partition_of,
)
from shared.flow.topic import Hole, TopicSource
from shared.flow.watermark import Watermark
from shared.rules.message import StoredEvent
from tests.running import eventually, within
from tests.shared.flow.conftest import Ground
from tests.shared.flow.stored import START, positions_of, run_of, stored

PARTITIONS = 12
SOURCE = "lead_intake"


async def published(log: Log, topic: str, *chunks: Sequence[StoredEvent], partitions: int = PARTITIONS) -> None:
    await log.create_topic(topic, partitions)
    async with log.publisher(topic, SOURCE) as publisher:
        for chunk in chunks:
            await publisher.publish(chunk)


async def records(log: Log, topic: str, offsets: Mapping[int, int] | None = None) -> dict[int, list[Fetched]]:
    """All that is there now, by partition."""
    found: dict[int, list[Fetched]] = {}
    async with log.reader(topic, offsets or {}) as reader:
        ends = await ends_of(reader)
        wanted = sum(ends.values()) - sum((offsets or {}).values())
        while sum(map(len, found.values())) < wanted:
            for partition, fetched in (await reader.read(reader.partitions, 1)).items():
                found.setdefault(partition, []).extend(fetched)
    return found


async def ends_of(reader: PartitionReader) -> Mapping[int, int]:
    """A broker on a busy machine may take longer than a consumer waits for it."""

    async def answered() -> Mapping[int, int] | None:
        with suppress(LogUnavailable):
            return await reader.ends()
        return None

    found: Mapping[int, int] = await eventually(answered)
    return found


@asynccontextmanager
async def source(log: Log, topic: str) -> AsyncIterator[TopicSource]:
    async with aclosing(TopicSource(log, topic, SOURCE)) as opened:
        yield opened


async def take(events: TopicSource, after: int, number: int, limit: int = 500) -> list[StoredEvent]:
    taken: list[StoredEvent] = []
    while len(taken) < number:
        last = taken[-1].position if taken else after
        taken += await events.read(last, min(limit, number - len(taken)), 1)
    return taken


def trouble(events: TopicSource) -> str:
    return events.status or ""


async def test_events_are_read_as_they_were_published(log: Log, topic: str) -> None:
    sent = [stored(1), stored(2), stored(3, stream="setting", data='[1.50, 1e3, "\\u0000"]')]
    await published(log, topic, sent)
    async with source(log, topic) as events:
        assert await take(events, 0, 3) == sent


async def test_within_a_key_offsets_follow_the_order_of_publishing(log: Log, topic: str) -> None:
    sent = run_of(range(1, 2001))
    await published(log, topic, sent[:700], sent[700:705], sent[705:])
    for partition, fetched in (await records(log, topic)).items():
        here = [event for event in sent if partition_of(event.stream, PARTITIONS) == partition]
        assert fetched == [Fetched(offset, event) for offset, event in enumerate(here)]


async def test_partitions_are_merged_by_position(log: Log, topic: str) -> None:
    await published(log, topic, run_of(range(1, 3001)))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 3000)) == list(range(1, 3001))
        assert await events.read(3000, 500, 0.1) == []


async def test_a_partition_that_is_not_read_loses_nothing(log: Log, topic: str) -> None:
    sent = run_of(range(1, 101))
    await published(log, topic, sent, partitions=2)
    found: list[Fetched] = []
    async with log.reader(topic, {}) as reader:
        while len(found) < len(of_partition(sent, 1)):
            fetched = await reader.read({1}, 1)
            assert set(fetched) <= {1}
            found += fetched.get(1, [])
        assert await reader.read((), 0.1) == {}
        found = []
        while len(found) < len(of_partition(sent, 0)):
            found += (await reader.read({0}, 1)).get(0, [])
    assert [each.event for each in found] == of_partition(sent, 0)


def of_partition(events: Sequence[StoredEvent], partition: int) -> list[StoredEvent]:
    return [event for event in events if partition_of(event.stream, 2) == partition]


async def test_a_waiting_reader_gets_what_another_process_publishes(ground: Ground, log: Log, topic: str) -> None:
    another = ground.another()
    await published(log, topic, run_of([1]))
    async with source(log, topic) as events, another.publisher(topic, SOURCE) as publisher:
        await take(events, 0, 1)
        waiting = asyncio.create_task(events.read(1, 10, 10))
        await publisher.publish(run_of([2]))
        assert positions_of(await within(2, waiting)) == [2]
    await another.close()


@pytest.mark.parametrize("hinted", [True, False])
async def test_a_standby_goes_on_from_the_checkpoint_with_or_without_the_hint(
    log: Log, ground: Ground, topic: str, hinted: bool
) -> None:
    await published(log, topic, run_of(range(1, 1001)))
    async with source(log, topic) as first:
        before = await take(first, 0, 617, limit=100)
        hint = first.offsets
    standby = ground.another()
    async with source(standby, topic) as second:
        second.seek(hint if hinted else {})
        assert positions_of(before + await take(second, 617, 383)) == list(range(1, 1001))
    await standby.close()


async def test_a_hint_passes_over_what_was_read(log: Log, topic: str) -> None:
    await published(log, topic, run_of(range(1, 1001)))
    async with source(log, topic) as first:
        await take(first, 0, 900)
        left = [
            each.event.position for fetched in (await records(log, topic, first.offsets)).values() for each in fetched
        ]
    assert sorted(left) == list(range(901, 1001))


async def test_reading_from_an_earlier_position_reads_the_topic_again(log: Log, topic: str) -> None:
    await published(log, topic, run_of(range(1, 101)))
    async with source(log, topic) as events:
        await take(events, 0, 100)
        assert positions_of(await take(events, 40, 60)) == list(range(41, 101))
        assert positions_of(await take(events, 0, 100)) == list(range(1, 101))


async def test_the_whole_log_delivered_three_times_gives_every_event_once(log: Log, topic: str) -> None:
    sent = run_of(range(1, 501))
    await published(log, topic, sent, sent, sent[250:], sent)
    async with source(log, topic) as events:
        assert await take(events, 0, 500) == sent
        assert await events.read(500, 500, 0.3) == []


async def test_a_hole_is_an_error_that_names_topic_and_position(log: Log, topic: str) -> None:
    await published(log, topic, run_of([1, 2, 3, 4, 6, 7, 8, 9]))
    await log.set_watermark(SOURCE, Watermark(9, START))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 4)) == [1, 2, 3, 4]
        with pytest.raises(Hole) as hole:
            assert await events.read(4, 500, 20) == []
        assert (hole.value.topic, hole.value.position) == (topic, 5)
        assert topic in str(hole.value)
        with pytest.raises(Hole):
            assert await events.read(4, 500, 20) == []


async def test_a_lost_last_event_is_a_hole_too(log: Log, topic: str) -> None:
    await published(log, topic, run_of([1, 2, 3]))
    await log.set_watermark(SOURCE, Watermark(4, START))
    async with source(log, topic) as events:
        await take(events, 0, 3)
        with pytest.raises(Hole, match="position 4"):
            await events.read(3, 500, 20)


async def test_a_late_record_is_no_hole(log: Log, topic: str) -> None:
    await published(log, topic, run_of([1, 2, 3, 4, 6, 7, 8, 9]))
    await log.set_watermark(SOURCE, Watermark(4, START))
    async with source(log, topic) as events:
        await take(events, 0, 4)
        assert await events.read(4, 500, 2.5) == []
        await published(log, topic, run_of([5]))
        await log.set_watermark(SOURCE, Watermark(9, START))
        assert positions_of(await take(events, 4, 5)) == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("hint", [{partition_of(stored(1).stream, PARTITIONS): 1}, {0: 10_000}, {77: 1}])
async def test_a_wrong_hint_costs_time_and_no_event(log: Log, topic: str, hint: dict[int, int]) -> None:
    await published(log, topic, run_of(range(1, 101)))
    await log.set_watermark(SOURCE, Watermark(100, START))
    async with source(log, topic) as events:
        events.seek(hint)
        assert positions_of(await take(events, 0, 100)) == list(range(1, 101))


async def test_an_offset_that_the_partition_does_not_have_means_its_beginning(log: Log, topic: str) -> None:
    await published(log, topic, run_of([1, 2, 3]), partitions=1)
    async with log.reader(topic, {0: 500}) as reader:
        found: list[Fetched] = []
        while not found:
            found += (await reader.read(reader.partitions, 1)).get(0, [])
    assert found[0].event == stored(1)


async def test_a_topic_is_created_once_with_the_given_partitions(log: Log, topic: str) -> None:
    await log.create_topic(topic, 5)
    await log.create_topic(topic, 7)
    async with log.reader(topic, {}) as reader:
        assert set(reader.partitions) == set(range(5))
        assert await reader.ends() == dict.fromkeys(range(5), 0)


async def test_a_reader_waits_for_a_topic_that_does_not_exist_yet(log: Log, topic: str) -> None:
    with pytest.raises(UnknownTopic):
        async with log.publisher(topic, SOURCE):
            pass
    async with source(log, topic) as events:
        assert await events.read(0, 10, 0.2) == []
        assert "UnknownTopic" in trouble(events)
        await published(log, topic, run_of([1]))
        assert positions_of(await take(events, 0, 1)) == [1]
        assert trouble(events) == ""


@pytest.mark.parametrize(
    ("key", "hash_"),
    [
        # From Kafka's own UtilsTest.
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
async def test_keys_are_in_the_partitions_of_the_java_client(log: Log, topic: str, key: str, hash_: int) -> None:
    await published(log, topic, [stored(1, stream=key)], partitions=97)
    assert list(await records(log, topic)) == [(hash_ & 0x7FFFFFFF) % 97]


async def test_the_largest_record_passes_and_a_larger_one_is_refused_before_anything_is_sent(
    log: Log, topic: str
) -> None:
    stream = "lead-1"
    room = LARGEST_RECORD - ENVELOPE - 2 * len(stream) - len("LeadCaptured") - len("key:web")
    incompressible = secrets.token_hex(room // 2).ljust(room, "0")
    largest = stored(2, stream=stream, data=incompressible)
    await published(log, topic, [stored(1), largest])
    async with log.publisher(topic, SOURCE) as publisher:
        with pytest.raises(RecordTooLarge, match="position 4"):
            await publisher.publish([stored(3), stored(4, stream=stream, data=incompressible + "0")])
        await publisher.publish([stored(3)])
    async with source(log, topic) as events:
        assert await take(events, 0, 3) == [stored(1), largest, stored(3)]


async def test_the_newest_watermark_of_a_source_counts(ground: Ground, log: Log, topic: str) -> None:
    assert await log.watermark(SOURCE) is None
    await log.set_watermark(SOURCE, Watermark(1, START))
    await log.set_watermark("pipeline", Watermark(7, START))
    assert await log.watermark(SOURCE) == Watermark(1, START)
    another = ground.another()
    await another.set_watermark(SOURCE, Watermark(2, stored(1).recorded_at))
    assert await log.watermark(SOURCE) == Watermark(2, stored(1).recorded_at)
    assert await another.watermark("pipeline") == Watermark(7, START)
    assert await another.watermark("forecast") is None
    await another.close()


async def test_nothing_is_lost_while_the_log_is_unavailable(ground: Ground, log: Log, topic: str) -> None:
    await published(log, topic, run_of(range(1, 101)))
    await log.set_watermark(SOURCE, Watermark(100, START))
    async with source(log, topic) as events:
        await take(events, 0, 100)
        await ground.outage.begin()
        await says_that_it_is_away(log, topic)
        assert await events.read(100, 10, 1.5) == []
        assert "LogUnavailable" in trouble(events)
        await ground.outage.end()
        await published(log, topic, run_of(range(101, 201)))
        assert positions_of(await within(5, take(events, 100, 100))) == list(range(101, 201))
        assert trouble(events) == ""
    assert await log.watermark(SOURCE) == Watermark(100, START)
    assert sum(map(len, (await records(log, topic)).values())) == 200


async def says_that_it_is_away(log: Log, topic: str) -> None:
    for call in (log.check(), log.create_topic(topic, 1), log.watermark(SOURCE)):
        with pytest.raises(LogUnavailable):
            await within(10, call)
    for opened in (log.publisher(topic, SOURCE), log.reader(topic, {})):
        with pytest.raises(LogUnavailable):
            await within(10, opened.__aenter__())
    with pytest.raises(LogUnavailable):
        await within(10, log.set_watermark(SOURCE, Watermark(101, START)))


async def test_a_publisher_that_failed_sends_nothing_more(ground: Ground, log: Log, topic: str) -> None:
    await published(log, topic, run_of([1]))
    async with log.publisher(topic, SOURCE) as publisher:
        await ground.outage.begin()
        with pytest.raises(LogUnavailable):
            await within(10, publisher.publish(run_of(range(2, 52))))
        await ground.outage.end()
        with pytest.raises(LogUnavailable):
            await publisher.publish(run_of(range(52, 60)))
    await published(log, topic, run_of(range(2, 60)))
    async with source(log, topic) as events:
        assert positions_of(await take(events, 0, 59)) == list(range(1, 60))
