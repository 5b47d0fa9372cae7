"""Carries out timers: what is due becomes commands."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.parked import is_poison
from shared.flow.timer import ACTOR, POLL_SECONDS, Due, Reading, Timer
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Refusal
from shared.store.handler import handle
from shared.store.isolation import with_isolation
from shared.store.signal import Signal
from shared.store.write_request import Cause, Step, WriteRequest

log = structlog.get_logger()
LIMIT = 256
"""Commands of one transaction."""


@dataclass
class Timers:
    """`next_looks`: by the timer's name, on the event loop's clock. `failed`: what cannot be carried out, because its
    stream cannot be read. It is logged once, and left out until this process starts again or the row changes."""

    service: str
    read_models: str
    timers: Sequence[Timer]
    engine: AsyncEngine
    clock_and_ids: ClockAndIds
    store_changed: Signal
    next_looks: dict[str, float] = field(default_factory=dict)
    failed: set[tuple[str, tuple[str, datetime, UUID]]] = field(default_factory=set)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            looking = [timer for timer in self.timers if loop.time() >= self.next_looks.get(timer.name, 0.0)]
            if looking:
                await self.carry_out_due(looking)
            await asyncio.sleep(POLL_SECONDS)

    async def carry_out_due(self, looking: Sequence[Timer]) -> None:
        for timer, rows in await self.find_due(looking):
            due = [row for row in rows if (timer.name, row.key) not in self.failed]
            if due:
                await self.carry_out(timer, due[:LIMIT])

    async def find_due(self, looking: Sequence[Timer]) -> list[tuple[Timer, Sequence[Due]]]:
        """Finds what is due for all these timers, in one database snapshot. A timer that cannot say what is due looks
        again soon."""
        found: list[tuple[Timer, Sequence[Due]]] = []
        snapshots = with_isolation(self.engine, "REPEATABLE READ")
        async with snapshots.connect() as tx:
            reading = Reading(tx, self.read_models, self.clock_and_ids.now())
            for timer in looking:
                rows = await timer.due(reading, LIMIT + len(self.failed))
                if rows is not None:
                    self.next_looks[timer.name] = asyncio.get_running_loop().time() + timer.seconds
                    found.append((timer, rows))
        return found

    async def carry_out(self, timer: Timer, due: Sequence[Due]) -> None:
        """Carries the commands out. When one of them fails by the data of its stream, the others are carried out
        without it."""
        try:
            await self.write(timer, due)
        except Exception as error:
            if not is_poison(error):
                raise
            if len(due) == 1:
                self.leave_out(timer, due[0], error)
                return
            half = len(due) // 2
            await self.carry_out(timer, due[:half])
            await self.carry_out(timer, due[half:])

    async def write(self, timer: Timer, due: Sequence[Due]) -> None:
        async with self.engine.begin() as tx:
            outcomes = await handle(tx, self.clock_and_ids, [write_request(timer, each) for each in due])
        self.store_changed.notify()
        for each, outcome in zip(due, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                log.info("timer_refused", service=self.service, timer=timer.name, rule=str(outcome), id=each.subject)

    def leave_out(self, timer: Timer, due: Due, error: Exception) -> None:
        self.failed.add((timer.name, due.key))
        log.error("timer_failed", service=self.service, timer=timer.name, id=due.subject, error=type(error).__name__)


def write_request(timer: Timer, due: Due) -> WriteRequest:
    reaction = timer.reaction(due)
    return WriteRequest(
        reaction.decider,
        reaction.decider.stream(reaction.subject),
        [Step(reaction.command)],
        ACTOR,
        due.event_id,
        cause=Cause(f"timers/{timer.name}", due.event_id, due.due_at, due.number),
    )
