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

from shared.rules.reaction import Reaction


class Due(NamedTuple):
    """`event_id`: of the event that scheduled it."""

    subject: str
    due_at: datetime
    event_id: UUID


@dataclass(frozen=True)
class Timer:
    """`due(tx, now, limit)`: what was due by then, the earliest first. The events that follow from the command occur at
    `due_at`, or at the time of the stream's last event if that is later. `name` is part of their ids: it never
    changes."""

    name: str
    due: Callable[[AsyncConnection, datetime, int], Awaitable[Sequence[Due]]]
    command: Callable[[Due], Reaction]
