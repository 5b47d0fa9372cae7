"""The clock and new ids, the two things that decisions take from the outside world. Tests pass their own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time_ns
from uuid import UUID

TIME = 80
"""Bits to the right of an id's time."""
BYTES = TIME // 8
VERSION_7 = 0x7 << 76 | 0b10 << 62
RANDOM = (1 << TIME) - 1 ^ (0xF << 76 | 0b11 << 62)
AT_ONCE = 256


def clock() -> datetime:
    return datetime.now(UTC)


class Ids:
    """UUIDs of version 7 (RFC 9562, 5.7): the milliseconds since 1970, then 74 random bits. New ones are neighbours in
    an index, however large it has become. Random bytes are drawn for many ids at once: the system call costs more than
    all the rest."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        os.register_at_fork(after_in_child=self.drawn.clear)  # else both processes would make the same ids

    def __call__(self) -> UUID:
        if not self.drawn:
            fresh = os.urandom(BYTES * AT_ONCE)
            drawn = [int.from_bytes(fresh[at : at + BYTES]) for at in range(0, len(fresh), BYTES)]
            self.drawn += [random & RANDOM | VERSION_7 for random in drawn]
        return UUID(int=time_ns() // 1_000_000 << TIME | self.drawn.pop())


new_id = Ids()


@dataclass(frozen=True)
class ClockAndIds:
    now: Callable[[], datetime] = clock
    new_id: Callable[[], UUID] = new_id
