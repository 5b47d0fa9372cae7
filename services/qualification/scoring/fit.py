"""How well a lead fits the ideal customer: points for what is known, summed up to a grade."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.qualification.lead.events import Engagement, Profile
from services.qualification.model.events import Choice, FitTable, Grade, Sizes


@dataclass(frozen=True)
class Criterion:
    """One criterion's part in the grade; `value` none: unknown."""

    criterion: str
    value: str | None
    points: int


@dataclass(frozen=True)
class Fit:
    """`grade` none: nothing is known that a criterion asks for."""

    grade: Grade | None
    points: int
    criteria: tuple[Criterion, ...]


def in_order(engagements: Sequence[Engagement]) -> list[Engagement]:
    """As they happened, whenever they were told."""
    return sorted(engagements, key=lambda each: (each.engaged_at, each.capture_id))


def profile_of(engagements: Sequence[Engagement]) -> Profile:
    """Of each attribute, the value that was told last."""
    told = [each.profile.model_dump(exclude_none=True) for each in in_order(engagements)]
    return Profile(**{name: value for profile in told for name, value in profile.items()})


def fit(profile: Profile, table: FitTable) -> Fit:
    criteria = (
        chosen("role", profile.role, table.role),
        sized(profile.employees, table.employees),
        chosen("industry", profile.industry, table.industry),
        chosen("country", profile.country, table.country),
    )
    points = sum(each.points for each in criteria)
    known = any(each.value is not None for each in criteria)
    return Fit(grade_of(points, table) if known else None, points, criteria)


def grade_of(points: int, table: FitTable) -> Grade:
    for grade, least in ((Grade.A, table.a), (Grade.B, table.b), (Grade.C, table.c)):
        if points >= least:
            return grade
    return Grade.D


def chosen(criterion: str, value: str | None, choice: Choice) -> Criterion:
    points = choice.unknown if value is None else choice.points.get(value, choice.other)
    return Criterion(criterion, value, points)


def sized(employees: int | None, sizes: Sizes) -> Criterion:
    if employees is None:
        return Criterion("employees", None, sizes.unknown)
    reached = [band for band in sizes.bands if employees >= band.at_least]
    points = max(reached, key=lambda band: band.at_least).points if reached else 0
    return Criterion("employees", str(employees), points)
