"""Where the outside world gets in: the clock and new ids. Tests pass their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Edge:
    now: Callable[[], datetime] = clock
    new_id: Callable[[], UUID] = uuid4
