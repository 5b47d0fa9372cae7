"""Both scores of a lead, apart, and whether what counts now lies above the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.qualification.lead.events import Engagement
from services.qualification.model.events import Grade, MqlLine, ScoringModel
from services.qualification.scoring.engagement import Contribution, contributions, original_of
from services.qualification.scoring.fit import Fit, fit, profile_of

UNKNOWN_FIT = Grade.C
"""What a lead of which nothing is known counts as."""


@dataclass(frozen=True)
class Score:
    """`engagement`: of all that the person did. `towards_next`: of what counts towards the next crossing alone."""

    fit: Fit
    contributions: tuple[Contribution, ...]
    engagement: int
    towards_next: int
    above: bool

    def given_by(self, capture_id: str) -> int:
        return sum(each.counted for each in self.contributions if each.capture_id == capture_id)


def score(engagements: Sequence[Engagement], counts_after: datetime, model: ScoringModel) -> Score:
    assessed = fit(profile_of(engagements), model.fit)
    everything = contributions(engagements, model)
    newer = newer_engagements(engagements, counts_after)
    towards_next = total(contributions(newer, model))
    above = is_above(assessed.grade, towards_next, newer, model.line)
    return Score(assessed, everything, total(everything), towards_next, above)


def newer_engagements(engagements: Sequence[Engagement], counts_after: datetime) -> list[Engagement]:
    """With their supplements: one that arrives after a rejection does not make the engagement before it newer."""
    originals = {each.capture_id for each in engagements if each.supplements is None and each.engaged_at > counts_after}
    return [each for each in engagements if original_of(each) in originals]


def is_above(grade: Grade | None, points: int, newer: Sequence[Engagement], line: MqlLine) -> bool:
    at_once = any(each.source in line.at_once for each in newer)
    return (grade or UNKNOWN_FIT) <= line.grade and (at_once or points >= line.engagement)


def total(given: Sequence[Contribution]) -> int:
    return sum(each.counted for each in given)
