"""New ids are random, each another one, also in a process that was forked."""

import os
from uuid import RFC_4122

from shared.rules.edge import AT_ONCE, RandomIds


def test_ids_are_random_and_each_another_one() -> None:
    new_id = RandomIds()
    ids = [new_id() for _ in range(3 * AT_ONCE)]
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(4, RFC_4122)}


def test_a_forked_process_does_not_go_on_with_its_parents_ids() -> None:
    new_id = RandomIds()
    new_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_id().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) not in {new_id().bytes for _ in range(AT_ONCE)}
