"""How fast deals move: time in stage, sales cycles, and the value that they bring in a day."""

from decimal import Decimal
from typing import NamedTuple

from services.pipeline.metrics.deal_sums import GroupKey

SECONDS_OF_A_DAY = Decimal(86400)


class CycleRow(NamedTuple):
    """Sales cycles of one group, in seconds. None: there are none."""

    key: GroupKey
    won: int
    mean: Decimal | None
    median: Decimal | None
    p90: Decimal | None


class StayRow(NamedTuple):
    """Deals of one group in one stage. `unfinished`: how many are in it still. `median`, `p90`: in seconds, by the
    estimator of Kaplan and Meier; None where too few have left for one."""

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
    """What the open deals bring in a day: deals x mean value x win rate / mean cycle in days. None without a rate, or
    without the length of a cycle."""
    if win_rate is None or not mean_cycle_days:
        return None
    return deals * mean_value * win_rate / mean_cycle_days
