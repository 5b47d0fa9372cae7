"""The arrival of a delivery's element, and its result."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.connectors.delivery import Connection


@dataclass(frozen=True)
class Receipt:
    """The connection and the instant at which an element arrived."""

    connection_id: str
    connection: Connection
    received_at: datetime

    def time_of(self, occurred_at: datetime | None) -> datetime:
        """The instant at which it happened, never after it was received."""
        return min(occurred_at or self.received_at, self.received_at)


@dataclass(frozen=True)
class OutcomeResult:
    """The result of one outcome. `position`: that of its event. `capture_id`: the new capture's, or that of the one it
    repeats. `is_activity`: an activity, a change or the erasure of a known person was recorded."""

    position: int | None = None
    capture_id: str | None = None
    is_activity: bool = False
    ignored: bool = False
    quarantine_id: str | None = None
