"""The speed of deals: time in stage, sales cycles, and the value that they bring in a day."""

from decimal import Decimal
from typing import NamedTuple

from services.pipeline.metrics.deal_sums import GroupKey

SECONDS_OF_A_DAY = Decimal(86400)


class CycleRow(NamedTuple):
    """The lengths of one group's sales cycles, in seconds; None when no deal was won."""

    key: GroupKey
    won: int
    mean: Decimal | None
    median: Decimal | None
    p90: Decimal | None


class StayRow(NamedTuple):
    """The stays of one group's deals in one stage. `unfinished`: how many of these deals are still in it. `median` and
    `p90` are seconds by the estimator of Kaplan and Meier; None where too few deals have left."""

    key: GroupKey
    pipeline: str
    stage: str
    qualified: bool
    measure: str
    deals: int
    unfinished: int
    median: Decimal | None
    p90: Decimal | None


def days(seconds: Decimal | None) -> Decimal | None:
    return None if seconds is None else seconds / SECONDS_OF_A_DAY


def sales_velocity(
    deals: int, mean_value: Decimal, win_rate: Decimal | None, mean_cycle_days: Decimal | None
) -> Decimal | None:
    """The value that open deals bring in a day: deals x mean value x win rate / mean cycle in days. None without a win
    rate, or without the length of a cycle."""
    if win_rate is None or not mean_cycle_days:
        return None
    return deals * mean_value * win_rate / mean_cycle_days
