"""The instant at which decay takes a score below the line."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.qualification.model.events import ScoringModel
from services.qualification.scoring.decay import DIGITS, MICROSECOND, POWER, left_of
from services.qualification.scoring.engagement import ZERO, Part, capped
from services.qualification.scoring.score import Score
from shared.rules.fields import LATEST


class Decay(NamedTuple):
    """Points that halve in every half-life, from an instant on; without one they stay."""

    half_life_days: int | None
    since: datetime


Run = dict[Decay, Decimal]
"""Parts of one sign, which decay alike, as one sum: by what they decay. In which order they come changes nothing."""


def falls_below_at(result: Score, model: ScoringModel, at: datetime) -> datetime | None:
    """The first microsecond from `at` on at which what counts towards the next crossing lies below the line; `result`
    is the score at `at`. None when it never does. A score does not rise by itself, so halving finds the instant."""
    if not model.decays or result.at_once:
        return None
    runs = runs_of(result.newer_parts, model.caps, at)

    def is_below(passed: int) -> bool:
        return score_of(runs, model.caps, at + passed * MICROSECOND) < model.line.engagement

    end = (LATEST - at) // MICROSECOND
    return at + bisect_left(range(end), True, key=is_below) * MICROSECOND if is_below(end) else None


def runs_of(parts: Sequence[Part], caps: Mapping[str, int], at: datetime) -> Mapping[str, Sequence[Run]]:
    """The runs by group. A cap counts after each part, so in a group with a cap a part of the other sign begins a new
    run."""
    runs: dict[str, list[Run]] = {}
    signs: dict[str, bool] = {}
    for engagement, rule, decayed in parts:
        group, is_negative = rule.group, rule.points < 0
        if group not in runs or (group in caps and signs[group] != is_negative):
            runs.setdefault(group, []).append({})
            signs[group] = is_negative
        run, decay = runs[group][-1], Decay(rule.half_life_days, max(engagement.engaged_at, at))
        run[decay] = POWER.add(run.get(decay, ZERO), decayed)
    return runs


def score_of(runs: Mapping[str, Sequence[Run]], caps: Mapping[str, int], at: datetime) -> Decimal:
    total = ZERO
    for group, of_group in runs.items():
        points = ZERO
        for run in of_group:
            for decay, part in run.items():
                points = DIGITS.add(points, left_of(part, decay.half_life_days, at - decay.since))
            points = capped(points, caps.get(group))
        total = DIGITS.add(total, points)
    return total
