"""How soon somebody answers: the speed to lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from services.qualification.metrics.business_hours import business_time
from services.qualification.setting.events import BusinessHours

T = TypeVar("T")


class Answer(NamedTuple):
    """What began at an instant, and when somebody answered it; None: nobody has."""

    began_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class Speed:
    """`unanswered`: how many have no answer; they are in no percentile. None: nothing was answered."""

    answered: int
    unanswered: int
    p50: timedelta | None
    p90: timedelta | None
    p50_business: timedelta | None
    p90_business: timedelta | None


class Wait(NamedTuple):
    """How long somebody waited for an answer, by the clock and within business hours."""

    clock: timedelta
    business: timedelta


def wait(answer: Answer, hours: BusinessHours, zone: ZoneInfo) -> Wait | None:
    """None: nobody has answered."""
    start, end = answer
    if end is None:
        return None
    return Wait(max(end - start, timedelta()), business_time(hours, zone, start, end))


def speed(waits: Sequence[Wait | None]) -> Speed:
    ended = [each for each in waits if each is not None]
    clock, business = sorted(each.clock for each in ended), sorted(each.business for each in ended)
    return Speed(
        len(ended),
        len(waits) - len(ended),
        nearest_rank(clock, 50),
        nearest_rank(clock, 90),
        nearest_rank(business, 50),
        nearest_rank(business, 90),
    )


def nearest_rank(ordered: Sequence[T], percent: int) -> T | None:
    """The smallest value that so many percent do not exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1] if ordered else None
