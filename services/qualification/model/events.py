"""Scoring models as data, and what has happened to them. Stored for ever: add, never change.

Stored scores are explained by the version that they name: a new field needs a default that means what was so before.

A model asks for words that intake says of engagements and persons. A word that intake never says is refused in a new
model; in a stored one it stays, and matches nothing.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from shared.rules.country import country_code
from shared.rules.fields import STORED, WHOLE, Flag, Line, Slug
from shared.rules.message import Event, Message, Parser, parser

Points = Annotated[int, Field(strict=True, ge=-1000, le=1000), WHOLE]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000), WHOLE]
Minutes = Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 90), WHOLE]
Days = Annotated[int, Field(strict=True, ge=1, le=3650), WHOLE]
NO_OTHERS: dict[str, Any] = {"additionalProperties": False}
"""Keys that are not slugs."""
BantName = Literal["budget", "authority", "need", "timing"]


SOURCES = (
    "newsletter",
    "gated_content",
    "webinar",
    "demo_request",
    "contact_form",
    "referral",
    "event",
    "paid",
    "outbound",
    "import",
    "other",
)
KINDS = (
    "capture",
    "email_opened",
    "email_clicked",
    "page_viewed",
    "unsubscribed",
    "bounced",
    "meeting_booked",
    "meeting_canceled",
    "no_show",
    "registration_canceled",
    "imported_score",
)
ASSET_TYPES = ("case_study", "ebook", "whitepaper", "report", "other")
EMAIL_KINDS = ("business", "free", "disposable", "none")
ROLES = ("executive", "director", "manager", "individual")

Check = Callable[[str, ValidationInfo], str]


def must_be_among(words: tuple[str, ...]) -> Check:
    def check(word: str, info: ValidationInfo) -> str:
        if info.context is not STORED and word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return check


def must_be_country(code: str, info: ValidationInfo) -> str:
    """Another spelling is refused: a rule is shown as it was written."""
    if info.context is STORED:
        return code
    try:
        known = country_code(code)
    except ValueError:
        raise ValueError("must be a country's code of two letters, such as DE") from None
    if known != code:
        raise ValueError(f"must be the country's code of two letters, {known}")
    return code


def enum(words: tuple[str, ...]) -> Any:
    return Field(json_schema_extra={"enum": list(words)})


Source = Annotated[Slug, AfterValidator(must_be_among(SOURCES)), enum(SOURCES)]
Kind = Annotated[Slug, AfterValidator(must_be_among(KINDS)), enum(KINDS)]
AssetType = Annotated[Slug, AfterValidator(must_be_among(ASSET_TYPES)), enum(ASSET_TYPES)]
EmailKind = Annotated[Slug, AfterValidator(must_be_among(EMAIL_KINDS)), enum(EMAIL_KINDS)]
Role = Annotated[Line, AfterValidator(must_be_among(ROLES)), enum(ROLES)]
Country = Annotated[Line, AfterValidator(must_be_country), Field(json_schema_extra={"examples": ["DE"]})]


class Grade(StrEnum):
    """The grade of a lead's fit to the ideal customer; A is best, and sorts first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Choice(Message):
    """Fit points by the value of one attribute. `other`: for a value that is not listed; `unknown`: without a value."""

    points: Mapping[Line, Points] = Field(default_factory=dict, max_length=500)
    other: Points
    unknown: Points


class RoleChoice(Choice):
    points: Mapping[Role, Points] = Field(default_factory=dict, max_length=500)


class CountryChoice(Choice):
    points: Mapping[Country, Points] = Field(default_factory=dict, max_length=500)


class SizeBand(Message):
    at_least: Count
    points: Points


class Sizes(Message):
    """Fit points by the number of employees: those of the largest band that the company reaches; below all bands 0."""

    bands: tuple[SizeBand, ...] = Field(max_length=50)
    unknown: Points


class FitTable(Message):
    """The points of all criteria are added. `a`, `b` and `c`: the least sums for those grades; below `c` it is D."""

    role: RoleChoice
    employees: Sizes
    industry: Choice
    country: CountryChoice
    a: Points
    b: Points
    c: Points

    @model_validator(mode="after")
    def grades_descend(self) -> "FitTable":
        if not self.a > self.b > self.c:
            raise ValueError("a must be more than b, and b more than c")
        return self


class When(Message):
    """The engagements that a rule is for: those with all of these values. None means any, but for `kind`: a rule
    without a kind is for captures alone."""

    kind: Kind | None = None
    source: Source | None = None
    attended: Flag | None = None
    asset_type: AssetType | None = None
    double_opt_in: Flag | None = None
    email_kind: EmailKind | None = None


class Rule(Message):
    """Every rule that matches an engagement gives its points. Positive points halve in every `half_life_days`; without
    it they stay. Negative points always stay, so that a score only falls by itself."""

    rule: Slug
    group: Slug
    when: When
    points: Points
    half_life_days: Days | None = None

    @model_validator(mode="after")
    def negative_points_do_not_decay(self) -> "Rule":
        if self.points < 0 and self.half_life_days is not None:
            raise ValueError("negative points do not decay: leave half_life_days out")
        return self


class MqlLine(Message):
    """A lead is above it with at least this grade, and at least this engagement or a capture from a source in
    `at_once`."""

    at_once: tuple[Source, ...] = Field(max_length=50)
    engagement: Points
    grade: Grade


class FirstTouch(Message):
    """Minutes from becoming MQL to the first touch by a person, by the source of the capture that crossed the line: of
    business time, if the settings give business hours."""

    by_source: Mapping[Source, Minutes] = Field(default_factory=dict, max_length=50, json_schema_extra=NO_OTHERS)
    other: Minutes


class ScoringModel(Message):
    """`caps`: the most points that a group gives, or takes. `bant`: the answers that must be met at hand-over."""

    fit: FitTable
    rules: tuple[Rule, ...] = Field(max_length=500)
    caps: Mapping[Slug, Count] = Field(default_factory=dict, max_length=100, json_schema_extra=NO_OTHERS)
    line: MqlLine
    bant: tuple[BantName, ...] = Field(max_length=4)
    first_touch: FirstTouch

    @model_validator(mode="after")
    def rules_have_different_names(self) -> "ScoringModel":
        if len({rule.rule for rule in self.rules}) < len(self.rules):
            raise ValueError("a rule is named twice")
        return self

    @property
    def decays(self) -> bool:
        return any(rule.half_life_days is not None for rule in self.rules)


class ModelDefined(Event):
    type: ClassVar[str] = "model.defined"
    version: int
    model: ScoringModel


class ModelActivated(Event):
    """Engagement is scored by this version from now on. Earlier scores stay as they are."""

    type: ClassVar[str] = "model.activated"
    version: int


ModelEvent = ModelDefined | ModelActivated
PARSE: Parser[ModelEvent] = parser(ModelEvent)
