"""Rates as bars from 0 to 100 %, each before its band. A rate that is not known has words in place of a bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

ROW, LABELS, WIDTH, WORDS = 34, 170, 460, 200
"""Pixels: of a row, for the names, for 100 %, and behind it."""


@dataclass(frozen=True)
class Rate:
    """`value`: a decimal from 0 to 1, None for too small a sample. `counts`: such as `37 of 120`."""

    label: str
    value: str | None
    band: Mapping[str, str] | None
    counts: str


@dataclass(frozen=True)
class RateBar:
    """`top`, `length`, `low` and `high` (of the band): in pixels. `length`: None where nothing is drawn."""

    rate: Rate
    top: int
    length: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class RateChart:
    bars: Sequence[RateBar]
    left: int = LABELS
    full: int = WIDTH

    @property
    def width(self) -> int:
        return LABELS + WIDTH + WORDS

    @property
    def height(self) -> int:
        return len(self.bars) * ROW


def rate_chart(rates: Sequence[Rate]) -> RateChart:
    return RateChart([rate_bar(rate, number * ROW) for number, rate in enumerate(rates)])


def rate_bar(rate: Rate, top: int) -> RateBar:
    band = rate.band or {}
    return RateBar(rate, top, pixels(rate.value), pixels(band.get("low")), pixels(band.get("high")))


def pixels(share: str | None) -> int | None:
    return None if share is None else int((Decimal(share) * WIDTH).quantize(Decimal(1), ROUND_HALF_EVEN))
