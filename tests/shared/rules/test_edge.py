"""New ids are told apart by chance and come in the order of their time, also in a process that was forked."""

import os
from uuid import RFC_4122

from shared.rules.clock_and_ids import AT_ONCE, TIME, Ids, clock


def test_ids_are_of_version_7_and_each_another_one() -> None:
    new_id = Ids()
    ids = [new_id() for _ in range(3 * AT_ONCE)]
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}


def test_an_id_begins_with_the_milliseconds_of_its_time() -> None:
    before = clock()
    began = Ids()().int >> TIME
    assert int(before.timestamp() * 1000) <= began <= clock().timestamp() * 1000


def test_every_bit_that_is_left_to_chance_is_drawn() -> None:
    new_id = Ids()
    ids = [new_id().int for _ in range(AT_ONCE)]
    differing = 0
    for one in ids:
        differing |= one ^ ids[0]
    assert (differing & (1 << TIME) - 1).bit_count() == 74


def test_a_forked_process_does_not_go_on_with_its_parents_ids() -> None:
    chance = (1 << TIME) - 1
    new_id = Ids()
    new_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, (new_id().int & chance).to_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert int.from_bytes(os.read(reading, 16)) not in {new_id().int & chance for _ in range(AT_ONCE)}
