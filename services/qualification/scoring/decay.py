"""Exponential decay: the points of a rule halve in every half-life, from the engagement on.

History must not depend on the machine, and a float's power does. A power here is a product of decimals from a table of
the half-life: one for each byte of the age in microseconds. It costs a tenth of an `exp` of the same precision.
"""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache, reduce
from operator import getitem

DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""The precision and rounding of a score."""
POWER = Context(prec=38, rounding=ROUND_HALF_EVEN)
"""Two words of digits: the sums of a score round the errors of the products away."""
TABLE = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""An error of one microsecond's power grows with the age, which has up to 18 digits."""
NO_AGE, MICROSECOND = timedelta(), timedelta(microseconds=1)
AGE_BYTES = 8
"""No two datetimes lie further apart."""


def left_of(points: Decimal, half_life_days: int | None, age: timedelta) -> Decimal:
    """points × 2^(−age ÷ half-life), to more digits than a score has. What is in the future has its full points."""
    if half_life_days is None or age <= NO_AGE:
        return points
    places = (age // MICROSECOND).to_bytes(AGE_BYTES, "little")
    return reduce(POWER.multiply, map(getitem, powers_of(half_life_days), places), points)


@lru_cache(maxsize=64)
def powers_of(half_life_days: int) -> tuple[tuple[Decimal, ...], ...]:
    """A table of powers: by the place of a byte in the age, and by the byte's value, the share that is left after so
    many microseconds."""
    half_life = timedelta(days=half_life_days) // MICROSECOND
    step, tables = TABLE.exp(TABLE.divide(TABLE.ln(Decimal("0.5")), half_life)), []
    for _ in range(AGE_BYTES):
        powers = [Decimal(1)]
        while len(powers) < 256:
            powers.append(TABLE.multiply(powers[-1], step))
        step = TABLE.multiply(powers[-1], step)
        tables.append(tuple(POWER.plus(power) for power in powers))
    return tuple(tables)


def rounded(score: Decimal) -> Decimal:
    """Rounded for storage and answers: at most four decimals."""
    return score.quantize(Decimal("0.0001"), ROUND_HALF_EVEN).normalize() + 0
