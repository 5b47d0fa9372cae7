"""Webhooks at which the dispatcher itself met an unexpected error: each waits alone, as after a failed delivery."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from prometheus_client import Counter

from shared.webhooks import retries


class Pause(NamedTuple):
    """`faults`: how many there were since the last batch that was recorded."""

    faults: int
    until: datetime


@dataclass
class Faults:
    """The faults of webhooks, kept in memory: after a restart each webhook is tried at once."""

    counter: Counter
    pauses: dict[str, Pause] = field(default_factory=dict)

    def add(self, webhook_id: str, now: datetime) -> Pause:
        """The delays are those of failed deliveries; the longest one is repeated until the webhook is disabled."""
        known = self.pauses.get(webhook_id)
        faults = min(known.faults + 1 if known else 1, len(retries.DELAYS))
        until = retries.next_attempt(faults, now, None, webhook_id)
        self.counter.inc()
        pause = self.pauses[webhook_id] = Pause(faults, until or now)
        return pause

    def forget(self, webhook_id: str) -> None:
        self.pauses.pop(webhook_id, None)

    def is_paused(self, webhook_id: str, now: datetime) -> bool:
        pause = self.pauses.get(webhook_id)
        return pause is not None and now < pause.until
