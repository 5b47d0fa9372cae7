"""Scoring models as data, and what has happened to them. Stored for ever: add, never change."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from shared.rules.message import WHOLE, Event, Flag, Line, Message, Parser, Slug, parser

Points = Annotated[int, Field(strict=True, ge=-1000, le=1000), WHOLE]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000), WHOLE]
Minutes = Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 90), WHOLE]
NO_OTHERS: dict[str, Any] = {"additionalProperties": False}
"""Names that are no slugs."""
BantName = Literal["budget", "authority", "need", "timing"]


class Grade(StrEnum):
    """How well a lead fits the ideal customer; A is best, and sorts first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Choice(Message):
    """Fit points by the value of one attribute: `other` for a value not listed, `unknown` for none."""

    points: Mapping[Line, Points] = Field(default_factory=dict, max_length=500)
    other: Points
    unknown: Points


class SizeBand(Message):
    at_least: Count
    points: Points


class Sizes(Message):
    """Fit points by the number of employees: of the largest band that the company reaches, else none."""

    bands: tuple[SizeBand, ...] = Field(max_length=50)
    unknown: Points


class FitTable(Message):
    """The points of all criteria add up; `a`, `b` and `c` are the least sums for those grades, below is D."""

    role: Choice
    employees: Sizes
    industry: Choice
    country: Choice
    a: Points
    b: Points
    c: Points

    @model_validator(mode="after")
    def grades_descend(self) -> "FitTable":
        if not self.a > self.b > self.c:
            raise ValueError("a must be more than b, and b more than c")
        return self


class When(Message):
    """Which engagements a rule is for: those with all of these values; none given: all."""

    source: Slug | None = None
    attended: Flag | None = None
    asset_type: Slug | None = None
    double_opt_in: Flag | None = None
    email_kind: Slug | None = None


class Rule(Message):
    """Every rule that matches an engagement gives its points; negative ones take."""

    rule: Slug
    group: Slug
    when: When
    points: Points


class MqlLine(Message):
    """Above it is who fits at least so well and reaches the engagement, or engaged from one of `at_once`."""

    at_once: tuple[Slug, ...] = Field(max_length=50)
    engagement: Points
    grade: Grade


class FirstTouch(Message):
    """Minutes from becoming MQL to the first human touch, by the source that crossed the line."""

    by_source: Mapping[Slug, Minutes] = Field(default_factory=dict, max_length=50, json_schema_extra=NO_OTHERS)
    other: Minutes


class ScoringModel(Message):
    """`caps`: the most points that a group gives, or takes. `bant`: what must be met at hand-over."""

    fit: FitTable
    rules: tuple[Rule, ...] = Field(max_length=500)
    caps: Mapping[Slug, Count] = Field(default_factory=dict, max_length=100, json_schema_extra=NO_OTHERS)
    line: MqlLine
    bant: tuple[BantName, ...] = Field(max_length=4)
    first_touch: FirstTouch

    @model_validator(mode="after")
    def rules_are_told_apart(self) -> "ScoringModel":
        if len({rule.rule for rule in self.rules}) < len(self.rules):
            raise ValueError("a rule is named twice")
        return self


class ModelDefined(Event):
    type: ClassVar[str] = "model.defined"
    version: int
    model: ScoringModel


class ModelActivated(Event):
    """From here on, what is scored is scored by this version; what was scored stays."""

    type: ClassVar[str] = "model.activated"
    version: int


ModelEvent = ModelDefined | ModelActivated
PARSE: Parser[ModelEvent] = parser(ModelEvent)
