"""How the past is told: asks with the instant at which each of them happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from shared.rules.decider import Decider
from shared.rules.message import Command
from shared.store.write_request import Step, WriteRequest

SEED = 2015
TELLER = UUID("7f1a5a4e-6c1d-4e53-9d8a-2f4f0b6a9c01")
"""The correlation id of all of it."""
YEARS = timedelta(days=730)


@dataclass(frozen=True)
class Told:
    at: datetime
    ask: WriteRequest


def told(
    decider: Decider[Any, Any, Any],
    subject: str,
    command: Command,
    at: datetime,
    actor: str,
    find: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Told:
    return Told(
        at,
        WriteRequest(
            decider, decider.stream(subject), [Step(command, at)], actor, TELLER, resolve_by=find, also_claim=also
        ),
    )


def chance(*of: object) -> Random:
    """A draw that depends on nothing but what it is for."""
    return Random(" ".join(str(each) for each in (SEED, *of)))  # noqa: S311 - made up, the same every time


def new_id(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def at_work(random: Random, near: datetime) -> datetime:
    """An hour of a working day, on that day or, after a weekend, on the next."""
    day = near + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[near.weekday()])
    return datetime(day.year, day.month, day.day, random.randint(8, 16), random.randint(0, 59), 7, tzinfo=UTC)


def later(random: Random, at: datetime, least: float, most: float) -> datetime:
    """So many days later, at work, and never earlier than `at`."""
    return max(at_work(random, at + timedelta(days=random.uniform(least, most))), at + timedelta(minutes=5))


def some_day(random: Random, now: datetime) -> datetime:
    """Within the two years; more of it recently, since the company grows."""
    return at_work(random, now - YEARS * (1 - random.random() ** 0.8))


def quarter_end(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month > 9 else (day.year, (day.month - 1) // 3 * 3 + 4)
    return date(year, month, 1) - timedelta(days=1)
