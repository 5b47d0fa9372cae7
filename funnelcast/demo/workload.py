"""The work in hand, which all actors of the company share."""

from dataclasses import dataclass

MAX_WAITING = 150


@dataclass
class Workload:
    """`waiting`: the MQLs in the queue of the SDRs."""

    waiting: int = 0

    @property
    def has_room(self) -> bool:
        """Without room no more leads arrive, so that a slow machine never has more work than it can do."""
        return self.waiting < MAX_WAITING
