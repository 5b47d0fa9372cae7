"""The calls of one node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.forecast.submission.events import CallSubmitted


class Key(NamedTuple):
    period: str
    week: str


@dataclass(frozen=True)
class Calls:
    """The last of each period and week; `latest`: the last of all."""

    submitted: Mapping[Key, CallSubmitted] = field(default_factory=dict)
    latest: CallSubmitted | None = None


def evolve(calls: Calls, event: CallSubmitted, at: datetime) -> Calls:
    return Calls({**calls.submitted, Key(event.period, event.week): event}, event)
