"""How an element of a delivery arrived, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.connectors.delivery import Connection


@dataclass(frozen=True)
class Receipt:
    """How and when an element arrived."""

    connection_id: str
    connection: Connection
    received_at: datetime

    def time_of(self, occurred_at: datetime | None) -> datetime:
        """When it happened; nothing happens after it was received."""
        return min(occurred_at or self.received_at, self.received_at)


@dataclass(frozen=True)
class OutcomeResult:
    """What became of one outcome. `position`: of its event. `capture_id`: the new capture's, or that of the one it
    repeats. `is_activity`: an activity, a change or the erasure of a known person."""

    position: int | None = None
    capture_id: str | None = None
    is_activity: bool = False
    ignored: bool = False
    quarantine_id: str | None = None
