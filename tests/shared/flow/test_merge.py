from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shared.flow.log import Fetched
from shared.flow.merge import Merge
from shared.flow.watermark import Watermark
from tests.shared.flow.stored import START, positions_of, stored

Partitions = dict[int, list[int]]
"""The positions of each partition, in the order of offsets."""


@st.composite
def topics(draw: st.DrawFn) -> Partitions:
    """Any partitioning of 1 to n; any part of what a partition has may be sent again, from any earlier place on."""
    number = draw(st.integers(1, 5))
    homes = draw(st.lists(st.integers(0, number - 1), max_size=40))
    partitions: Partitions = {partition: [] for partition in range(number)}
    for position, home in enumerate(homes, 1):
        sent = partitions[home]
        sent.append(position)
        again = draw(st.integers(0, 4)) if draw(st.booleans()) else 0
        sent.extend(sorted(set(sent))[-again:] if again else [])
    return partitions


def fetched(positions: list[int], start: int) -> list[Fetched]:
    return [Fetched(start + index, stored(position)) for index, position in enumerate(positions)]


def drain(merge: Merge, topic: Partitions, data: st.DataObject, stop: int | None = None) -> list[int]:
    """Takes and reads pieces of any size, of partitions that are awaited in any order, until nothing comes."""
    got: list[int] = []
    while stop is None or len(got) < stop:
        taken = positions_of(merge.take(data.draw(st.integers(1, 5))))
        got += taken
        readable = [each for each in merge.awaited if merge.read[each] < len(topic[each])]
        if not readable:
            if not taken:
                return got
            continue
        partition = data.draw(st.sampled_from(readable))
        start = merge.read[partition]
        merge.add(partition, fetched(topic[partition][start : start + data.draw(st.integers(1, 5))], start))
    return got


def total(topic: Partitions) -> int:
    return max((position for sent in topic.values() for position in sent), default=0)


@given(topics(), st.data())
def test_any_partitioning_interleaving_and_repetition_gives_every_position_once_in_order(
    topic: Partitions, data: st.DataObject
) -> None:
    merge = Merge(0, topic, {})
    assert drain(merge, topic, data) == list(range(1, total(topic) + 1))


@given(topics(), st.data())
def test_a_merge_that_starts_from_anothers_offsets_goes_on_where_that_one_stopped(
    topic: Partitions, data: st.DataObject
) -> None:
    first = Merge(0, topic, {})
    before = drain(first, topic, data, stop=data.draw(st.integers(0, 20)))
    second = Merge(len(before), topic, first.offsets)
    assert before + drain(second, topic, data) == list(range(1, total(topic) + 1))


@given(topics(), st.data())
def test_a_missing_position_is_a_hole_when_all_is_read_and_never_before(topic: Partitions, data: st.DataObject) -> None:
    last = total(topic)
    missing = data.draw(st.integers(1, last + 1))
    lacking = {partition: [each for each in sent if each != missing] for partition, sent in topic.items()}
    ends = {partition: len(sent) for partition, sent in lacking.items()}
    merge = Merge(0, lacking, {})
    assert drain(merge, lacking, data) == list(range(1, missing))
    assert merge.is_hole(Watermark(missing, START), ends)
    assert not merge.is_hole(Watermark(missing - 1, START), ends)
    assert not merge.is_hole(Watermark(missing, START), behind(ends, lacking, missing))


def behind(ends: Mapping[int, int], topic: Partitions, missing: int) -> Mapping[int, int]:
    """A merge with one partition more, of which nothing was read."""
    return {**ends, len(topic): 1}


def test_a_position_that_a_later_event_waits_for_may_still_come() -> None:
    merge = Merge(0, [0, 1], {})
    merge.add(0, fetched([2, 3], 0))
    assert not merge.is_hole(Watermark(3, START), {0: 2, 1: 1})
    merge.add(1, fetched([1], 0))
    assert not merge.is_hole(Watermark(3, START), {0: 2, 1: 1})
    assert positions_of(merge.take(9)) == [1, 2, 3]


def test_only_partitions_that_may_hold_the_first_missing_position_are_awaited() -> None:
    merge = Merge(0, [0, 1, 2], {})
    assert set(merge.awaited) == {0, 1, 2}
    merge.add(0, fetched([2, 3], 0))
    assert (merge.ready, set(merge.awaited), merge.has_later) == (0, {1, 2}, True)
    merge.add(1, fetched([1, 5], 0))
    assert (merge.ready, set(merge.awaited), merge.has_later) == (3, {0, 2}, True)
    assert positions_of(merge.take(2)) == [1, 2]
    assert (merge.ready, set(merge.awaited), merge.has_later) == (1, {0, 2}, True)
    merge.add(2, fetched([4], 0))
    assert positions_of(merge.take(9)) == [3, 4, 5]
    assert (merge.ready, set(merge.awaited), merge.has_later) == (0, {0, 1, 2}, False)


def test_a_repeated_record_is_pending_once() -> None:
    merge = Merge(0, [0, 1], {})
    merge.add(0, fetched([1, 2, 1, 2], 0))
    merge.take(2)
    assert set(merge.awaited) == {0, 1}


def test_offsets_are_those_of_the_first_events_not_taken() -> None:
    merge = Merge(4, [0, 1], {0: 10, 1: 20})
    merge.add(0, fetched([3, 5, 7], 10))
    merge.add(1, fetched([4, 6], 20))
    assert positions_of(merge.take(1)) == [5]
    assert merge.offsets == {0: 12, 1: 21}
    assert merge.read == {0: 13, 1: 22}
