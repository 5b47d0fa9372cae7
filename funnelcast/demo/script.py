"""The script of the company's history: write requests with their instants, drawn from seeded random generators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from shared.rules.decider import Decider
from shared.rules.message import Command
from shared.store.claims import AliasClaim
from shared.store.write_request import Step, WriteRequest

SEED = 2015
CORRELATION_ID = UUID("7f1a5a4e-6c1d-4e53-9d8a-2f4f0b6a9c01")
"""The length of the whole history."""
HISTORY = timedelta(days=730)
WEEKEND_SHIFT = (0, 0, 0, 0, 0, 2, 1)
"""Days from a weekday to the next working day, from Monday on."""


@dataclass(frozen=True)
class ScriptedWrite:
    at: datetime
    write_request: WriteRequest


def scripted(
    decider: Decider[Any, Any, Any],
    subject: str,
    command: Command,
    at: datetime,
    actor: str,
    resolve_by: Sequence[str] = (),
    also_claim: Sequence[str] = (),
    claim: AliasClaim | None = None,
) -> ScriptedWrite:
    write_request = WriteRequest(
        decider,
        decider.stream(subject),
        [Step(command, at, claim)],
        actor,
        CORRELATION_ID,
        resolve_by=resolve_by,
        also_claim=also_claim,
    )
    return ScriptedWrite(at, write_request)


def seeded(*purpose: object) -> Random:
    """A generator whose numbers depend on its purpose alone."""
    return Random(" ".join(str(each) for each in (SEED, *purpose)))  # noqa: S311 - made up, the same every time


def new_id(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def working_time(random: Random, near: datetime) -> datetime:
    """A working hour on that day or, for a day of a weekend, on the next Monday."""
    day = near + timedelta(days=WEEKEND_SHIFT[near.weekday()])
    return datetime(day.year, day.month, day.day, random.randint(8, 16), random.randint(0, 59), 7, tzinfo=UTC)


def days_later(random: Random, at: datetime, least: float, most: float) -> datetime:
    """A working time after `least` to `most` days, and always after `at`."""
    return max(working_time(random, at + timedelta(days=random.uniform(least, most))), at + timedelta(minutes=5))


def random_start(random: Random, now: datetime) -> datetime:
    """An instant of the history. Recent instants are more frequent, because the company grows."""
    return working_time(random, now - HISTORY * (1 - random.random() ** 0.8))


def quarter_end(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month > 9 else (day.year, (day.month - 1) // 3 * 3 + 4)
    return date(year, month, 1) - timedelta(days=1)
