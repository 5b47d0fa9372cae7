"""The fit of a lead with the ideal customer: points for what is known, added up to a grade."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from services.qualification.lead.fields import Engagement, Profile
from services.qualification.model.events import Choice, FitTable, Grade, Sizes


class Criterion(NamedTuple):
    """The part of one criterion in the grade. Without a value it is unknown."""

    criterion: str
    value: str | None
    points: int


class Fit(NamedTuple):
    """`grade`: None when no criterion has a value."""

    grade: Grade | None
    points: int
    criteria: tuple[Criterion, ...]


PROSPECTS = (Grade.A, Grade.B)
"""The grades of those who fit the ideal customer."""


def is_prospect(grade: Grade | None) -> bool | None:
    """Whether the grade is A or B; None when no criterion is known."""
    return None if grade is None else grade in PROSPECTS


def in_order(engagements: Sequence[Engagement]) -> list[Engagement]:
    """The engagements in the order in which the person did them, whenever they were captured."""
    return sorted(engagements, key=attrgetter("engaged_at", "capture_id"))


def profile_of(engagements: Sequence[Engagement]) -> Profile:
    """The latest value of each attribute."""
    if len(engagements) == 1:
        return engagements[0].profile
    latest_first = [vars(engagement.profile) for engagement in reversed(in_order(engagements))]
    return Profile(
        **{
            name: next((values[name] for values in latest_first if values[name] is not None), None)
            for name in Profile.model_fields
        }
    )


def fit(profile: Profile, table: FitTable) -> Fit:
    criteria = (
        by_choice("role", profile.role, table.role),
        by_size(profile.employees, table.employees),
        by_choice("industry", profile.industry, table.industry),
        by_choice("country", profile.country, table.country),
    )
    points = sum(each.points for each in criteria)
    is_known = any(each.value is not None for each in criteria)
    return Fit(grade_of(points, table) if is_known else None, points, criteria)


def grade_of(points: int, table: FitTable) -> Grade:
    for grade, least in ((Grade.A, table.a), (Grade.B, table.b), (Grade.C, table.c)):
        if points >= least:
            return grade
    return Grade.D


def by_choice(criterion: str, value: str | None, choice: Choice) -> Criterion:
    points = choice.unknown if value is None else choice.points.get(value, choice.other)
    return Criterion(criterion, value, points)


def by_size(employees: int | None, sizes: Sizes) -> Criterion:
    if employees is None:
        return Criterion("employees", None, sizes.unknown)
    reached = [band for band in sizes.bands if employees >= band.at_least]
    points = max(reached, key=lambda band: band.at_least).points if reached else 0
    return Criterion("employees", str(employees), points)
