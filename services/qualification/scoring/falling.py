"""When decay takes a score below the line."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from services.qualification.lead.events import Engagement
from services.qualification.model.events import ScoringModel
from services.qualification.scoring.decay import MICROSECOND, approximate_points_at, points_at
from services.qualification.scoring.engagement import Match, matching, total_at
from services.qualification.scoring.score import is_at_once
from shared.rules.fields import LATEST

MARGIN = 1000
"""Microseconds around the approximate instant that are searched exactly. Floats are wrong by far fewer."""


def falls_below_at(newer: Sequence[Engagement], model: ScoringModel, at: datetime) -> datetime | None:
    """The first microsecond from `at` on at which what counts towards the next crossing (`newer`) lies below the line.
    None when it never does."""
    if not model.decays or is_at_once(newer, model.line):
        return None
    matches = matching(newer, model)
    end = (LATEST - at) // MICROSECOND
    if not is_below(matches, model, at, end):
        return None
    return at + timedelta(microseconds=first_below(matches, model, at, end))


def first_below(matches: Sequence[Match], model: ScoringModel, at: datetime, end: int) -> int:
    """Microseconds after `at`. A score does not rise by itself, so halving finds the instant. Floats find its
    neighbourhood, because exact powers are a hundred times as slow."""
    near = bisect_left(range(end), True, key=lambda passed: is_about_below(matches, model, at, passed))
    first, last = max(near - MARGIN, 0), min(near + MARGIN, end)
    if is_below(matches, model, at, first) or not is_below(matches, model, at, last):
        first, last = 0, end
    return first + bisect_left(range(first, last), True, key=lambda passed: is_below(matches, model, at, passed))


def is_below(matches: Sequence[Match], model: ScoringModel, at: datetime, passed: int) -> bool:
    instant = at + timedelta(microseconds=passed)
    score = total_at(matches, model, lambda rule, engaged_at: points_at(rule, engaged_at, instant), Decimal(0))
    return score < model.line.engagement


def is_about_below(matches: Sequence[Match], model: ScoringModel, at: datetime, passed: int) -> bool:
    instant = at + timedelta(microseconds=passed)
    score = total_at(matches, model, lambda rule, engaged_at: approximate_points_at(rule, engaged_at, instant), 0.0)
    return score < model.line.engagement
