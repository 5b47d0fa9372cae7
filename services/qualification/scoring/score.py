"""Both scores of a lead, apart, and whether what counts now lies above the line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.qualification.lead.events import CAPTURE, Engagement
from services.qualification.model.events import Grade, MqlLine, ScoringModel
from services.qualification.scoring.engagement import Contribution, contributions
from services.qualification.scoring.fit import Fit, fit, profile_of
from shared.rules.message import BEGINNING

UNKNOWN_FIT = Grade.C
"""The grade that a lead counts with when nothing is known of it."""


@dataclass(frozen=True)
class Score:
    """`engagement`: of all that the person did. `towards_next`: of what counts towards the next crossing."""

    fit: Fit
    contributions: tuple[Contribution, ...]
    engagement: Decimal
    towards_next: Decimal
    above: bool


def score(engagements: Sequence[Engagement], counts_after: datetime, model: ScoringModel, at: datetime) -> Score:
    result = fit(profile_of(engagements), model.fit)
    everything = contributions(engagements, model, at)
    newer = newer_than(counts_after, engagements)
    towards_next = total(everything if len(newer) == len(engagements) else contributions(newer, model, at))
    above = is_above(result.grade, towards_next, newer, model.line)
    return Score(result, everything, total(everything), towards_next, above)


def newer_than(counts_after: datetime, engagements: Sequence[Engagement]) -> Sequence[Engagement]:
    """A supplement is as old as the capture that it supplements."""
    if counts_after == BEGINNING:
        return engagements
    engaged_at = {engagement.capture_id: engagement.engaged_at for engagement in engagements}
    return [each for each in engagements if engaged_at.get(each.original, each.engaged_at) > counts_after]


def is_above(grade: Grade | None, points: Decimal, newer: Sequence[Engagement], line: MqlLine) -> bool:
    return fits(grade, line) and (is_at_once(newer, line) or points >= line.engagement)


def fits(grade: Grade | None, line: MqlLine) -> bool:
    return (grade or UNKNOWN_FIT) <= line.grade


def is_at_once(newer: Sequence[Engagement], line: MqlLine) -> bool:
    return any(engagement.kind == CAPTURE and engagement.source in line.at_once for engagement in newer)


def total(parts: Iterable[Contribution]) -> Decimal:
    return sum((part.counted for part in parts), Decimal(0))


def points_given_by(capture_id: str, engagements: Sequence[Engagement], model: ScoringModel) -> int:
    """After caps, before any decay."""
    parts = contributions(engagements, model, None)
    return int(sum(part.counted for part in parts if part.capture_id == capture_id))
