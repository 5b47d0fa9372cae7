"""Both scores of a lead, apart, and whether what counts now lies above the line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.qualification.lead.fields import CAPTURE, Engagement
from services.qualification.model.events import Grade, MqlLine, ScoringModel
from services.qualification.scoring.engagement import Part, capped_parts, parts_at, total
from services.qualification.scoring.fit import Fit, fit, profile_of
from shared.rules.message import BEGINNING

UNKNOWN_FIT = Grade.C
"""The grade that a lead counts with when nothing is known of it."""


class Score(NamedTuple):
    """`engagement`: of all that the person did, which is in `parts`. `towards_next`: of what counts towards the next
    crossing, which is in `newer_parts`; `at_once`: it is above the line whatever its points are."""

    fit: Fit
    parts: tuple[Part, ...]
    newer_parts: tuple[Part, ...]
    at_once: bool
    engagement: Decimal
    towards_next: Decimal
    above: bool


def score(engagements: Sequence[Engagement], counts_after: datetime, model: ScoringModel, at: datetime) -> Score:
    result = fit(profile_of(engagements), model.fit)
    newer = newer_than(counts_after, engagements)
    parts = newer_parts = parts_at(engagements, model, at)
    everything = towards_next = total(parts, model.caps)
    if len(newer) < len(engagements):
        newer_parts = parts_at(newer, model, at)
        towards_next = total(newer_parts, model.caps)
    at_once = is_at_once(newer, model.line)
    above = fits(result.grade, model.line) and (at_once or towards_next >= model.line.engagement)
    return Score(result, parts, newer_parts, at_once, everything, towards_next, above)


def newer_than(counts_after: datetime, engagements: Sequence[Engagement]) -> Sequence[Engagement]:
    """A supplement is as old as the capture that it supplements."""
    if counts_after == BEGINNING:
        return engagements
    engaged_at = {engagement.capture_id: engagement.engaged_at for engagement in engagements}
    return [each for each in engagements if engaged_at.get(each.original, each.engaged_at) > counts_after]


def fits(grade: Grade | None, line: MqlLine) -> bool:
    return (grade or UNKNOWN_FIT) <= line.grade


def is_at_once(newer: Sequence[Engagement], line: MqlLine) -> bool:
    return any(engagement.kind == CAPTURE and engagement.source in line.at_once for engagement in newer)


def points_given_by(capture_id: str, parts: Sequence[Part], caps: Mapping[str, int]) -> int:
    """The points of one capture after caps, before any decay."""
    counted = capped_parts(((part.rule.group, part.rule.points) for part in parts), caps)
    return sum(points for part, points in zip(parts, counted, strict=True) if part.engagement.capture_id == capture_id)
