"""Timers: commands that a service gives to its own streams because their time has come.

What is due stands in a read model, which lags behind the store: the same row may come again after its command was
carried out, or after the stream moved on. The decider must therefore add nothing unless the stream's state says that
this falls due at that very instant.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import Command
from shared.rules.reaction import Reaction

POLL_SECONDS = 1.0
ACTOR = "timers"
"""The actor of the events that follow from timers."""


class Reading(NamedTuple):
    """The database snapshot that a timer's query reads, of the store and of these read models."""

    tx: AsyncConnection
    read_models: str
    now: datetime


class Due(NamedTuple):
    """`event_id`: of the event that scheduled it. `command`: None unless the timer's query has made it already.
    `number`: distinguishes timers that one event scheduled."""

    subject: str
    due_at: datetime
    event_id: UUID
    command: Command | None = None
    number: int = 0

    @property
    def key(self) -> tuple[str, datetime, UUID]:
        return self.subject, self.due_at, self.event_id


@dataclass(frozen=True)
class Timer:
    """`due(reading, limit)`: what has fallen due at the instant of the reading, the earliest first; None while that
    cannot be said. `reaction(due)`: the command that follows. Its events occur at `due_at`, or at the time of the
    stream's last event if that is later. `name` is a part of their ids, and never changes. `seconds`: between two looks
    at what is due."""

    name: str
    due: Callable[[Reading, int], Awaitable[Sequence[Due] | None]]
    reaction: Callable[[Due], Reaction]
    seconds: float = POLL_SECONDS
