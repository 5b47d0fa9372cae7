"""Rates, and how they compare with the bands in the settings."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from services.pipeline.benchmark.events import Status
from services.pipeline.setting.events import Band

SHOWN = Decimal("0.001")


class Rate(NamedTuple):
    """The share of a sample. `part`: how many of the sample count."""

    part: int
    sample: int

    @property
    def value(self) -> Decimal | None:
        return ratio(Decimal(self.part), Decimal(self.sample))


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """The ratio; None when there is nothing to divide by."""
    return part / whole if whole else None


def format_rate(rate: Decimal | None) -> str | None:
    """The rate with three decimals, rounded half to even."""
    return None if rate is None else format(rate.quantize(SHOWN, ROUND_HALF_EVEN), "f")


def status_of(rate: Rate, band: Band | None, minimum_sample: int) -> Status | None:
    """The rate's place in the band; None when no band applies to a sample that is large enough."""
    if rate.value is None or rate.sample < minimum_sample:
        return "insufficient_history"
    if band is None:
        return None
    if rate.value < band.low:
        return "below"
    return "above" if rate.value > band.high else "within"
