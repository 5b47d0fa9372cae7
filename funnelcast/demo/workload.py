"""What those who work in one company see of each other: how much waits."""

from dataclasses import dataclass

MOST_WAITING = 150


@dataclass
class Office:
    """`waiting`: MQLs in the queue that nobody has finished."""

    waiting: int = 0

    @property
    def has_room(self) -> bool:
        """Without it no more leads arrive: the work in hand is bounded, however slow the machine."""
        return self.waiting < MOST_WAITING
