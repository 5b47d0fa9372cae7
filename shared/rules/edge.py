"""Where the outside world gets in: the clock and new ids. Tests pass their own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

BYTES = 16
AT_ONCE = 256


def clock() -> datetime:
    return datetime.now(UTC)


class RandomIds:
    """UUIDs of version 4. The system is asked for randomness once for many: asking costs more than all the rest."""

    def __init__(self) -> None:
        self.drawn: list[bytes] = []
        os.register_at_fork(after_in_child=self.drawn.clear)  # else both processes would go on with the same ids

    def __call__(self) -> UUID:
        try:
            return UUID(bytes=self.drawn.pop(), version=4)
        except IndexError:
            fresh = os.urandom(BYTES * AT_ONCE)
            self.drawn += [fresh[at : at + BYTES] for at in range(0, len(fresh), BYTES)]
            return self()


random_id = RandomIds()


@dataclass(frozen=True)
class Edge:
    now: Callable[[], datetime] = clock
    new_id: Callable[[], UUID] = random_id
