"""Exponential decay: the points of a rule halve in every half-life, from the engagement on.

History must not depend on the machine, and a float's power does: the decimal module's `exp` is correctly rounded.
"""

import math
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from services.qualification.model.events import Rule

DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)
EXPONENT_DIGITS = Context(prec=50)
"""More than the result has: an error of the exponent is a relative error of the power."""
LN_2 = Decimal("0.693147180559945309417232121458176568075500134360255")
MICROSECOND = timedelta(microseconds=1)


def points_at(rule: Rule, engaged_at: datetime, at: datetime) -> Decimal:
    """points × 2^(−age ÷ half-life), to 28 digits. An engagement in the future has its full points."""
    age = at - engaged_at
    if rule.half_life_days is None or age <= timedelta():
        return Decimal(rule.points)
    half_lives = EXPONENT_DIGITS.divide(Decimal(age // MICROSECOND), Decimal(half_life(rule) // MICROSECOND))
    return DIGITS.multiply(rule.points, DIGITS.exp(-EXPONENT_DIGITS.multiply(LN_2, half_lives)))


def approximate_points_at(rule: Rule, engaged_at: datetime, at: datetime) -> float:
    """The same to about 15 digits, in a hundredth of the time."""
    age = at - engaged_at
    if rule.half_life_days is None or age <= timedelta():
        return float(rule.points)
    return rule.points * math.exp2(-(age / half_life(rule)))


def half_life(rule: Rule) -> timedelta:
    return timedelta(days=rule.half_life_days or 0)


def rounded(score: Decimal) -> Decimal:
    """Rounded for storage and answers: at most four decimals."""
    return score.quantize(Decimal("0.0001"), ROUND_HALF_EVEN).normalize() + 0
