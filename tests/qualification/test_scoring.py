"""Fit and engagement, apart: what is known gives a grade, what was done gives points, and each explains itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.qualification.lead.commands import RecordEngagement
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import Details, Profile
from services.qualification.lead.state import Lead
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.default import DEFAULT, FIT
from services.qualification.model.events import Choice, FitTable, Grade, Rule, ScoringModel, When
from services.qualification.scoring.engagement import contributions
from services.qualification.scoring.fit import fit, profile_of
from services.qualification.scoring.score import score
from shared.rules.message import BEGINNING
from tests.qualification.leads import MISFIT, engaged_by
from tests.spec import NOON

# -- fit -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "grade"),
    [
        (Profile(), None),
        (Profile(domain="acme.com", email_kind="business"), None),
        (Profile(role="executive", employees=200, industry="steel", country="DE"), Grade.A),
        (Profile(role="manager", employees=199, industry="steel", country="DE"), Grade.A),
        (Profile(role="manager", employees=50), Grade.B),
        (Profile(country="DE"), Grade.B),
        (Profile(role="individual"), Grade.C),
        (MISFIT, Grade.D),
    ],
)
def test_what_is_known_gives_a_grade(profile: Profile, grade: Grade | None) -> None:
    assert fit(profile, FIT).grade == grade


def test_the_points_of_the_criteria_add_up() -> None:
    result = fit(Profile(role="director", employees=12), FIT)
    assert [(each.criterion, each.value, each.points) for each in result.criteria] == [
        ("role", "director", 35),
        ("employees", "12", 15),
        ("industry", None, 5),
        ("country", None, 5),
    ]
    assert result.points == 60


def test_what_was_told_last_is_believed_whenever_it_came_in() -> None:
    old = engaged_by("newsletter", NOON, 1, profile=Profile(role="manager", country="DE"))
    new = engaged_by("newsletter", NOON + timedelta(days=1), 2, profile=Profile(role="director"))
    assert profile_of([new, old]) == profile_of([old, new]) == Profile(role="director", country="DE")


# -- engagement ------------------------------------------------------------------------------------------------------


def points(*engagements: RecordEngagement) -> list[tuple[str, int, int]]:
    return [(each.rule, each.points, each.counted) for each in contributions(engagements, DEFAULT)]


def test_every_rule_that_matches_contributes() -> None:
    assert points(engaged_by("webinar", details=Details(attended=True))) == [
        ("webinar", 10, 10),
        ("webinar_attended", 10, 10),
    ]
    assert points(engaged_by("webinar", details=Details(attended=False))) == [("webinar", 10, 10)]
    assert points(engaged_by("gated_content", details=Details(asset_type="case_study"))) == [
        ("gated_content", 10, 10),
        ("case_study", 5, 5),
    ]
    assert points(engaged_by("newsletter", details=Details(double_opt_in=True))) == [
        ("newsletter", 5, 5),
        ("newsletter_confirmed", 5, 5),
    ]
    assert points(engaged_by("import")) == []


def test_a_group_gives_no_more_than_its_cap() -> None:
    downloads = [engaged_by("gated_content", NOON + timedelta(days=n), n) for n in range(6)]
    assert [counted for _, _, counted in points(*downloads)] == [10, 10, 10, 10, 0, 0]


def test_a_supplement_of_an_engagement_gives_no_points_of_its_own() -> None:
    original = engaged_by("contact_form", NOON, 1)
    supplement = engaged_by("contact_form", NOON, 2, supplements=original.capture_id)
    assert (
        score([original, supplement], BEGINNING, DEFAULT).engagement == score([original], BEGINNING, DEFAULT).engagement
    )
    assert points(original, supplement) == points(original)


def test_a_supplement_gives_the_points_of_what_only_it_says() -> None:
    original = engaged_by("webinar", NOON, 1, details=Details(attended=False))
    supplement = engaged_by("webinar", NOON, 2, details=Details(attended=True), supplements=original.capture_id)
    assert [rule for rule, _, _ in points(original, supplement)] == ["webinar", "webinar_attended"]


def test_a_supplement_is_no_newer_than_the_engagement_that_it_belongs_to() -> None:
    original = engaged_by("demo_request", NOON, 1)
    supplement = engaged_by("demo_request", NOON + timedelta(seconds=30), 2, supplements=original.capture_id)
    result = score([original, supplement], NOON + timedelta(seconds=10), DEFAULT)
    assert (result.towards_next, result.above) == (0, False)


def test_points_may_be_negative_and_are_capped_too() -> None:
    disposable = Profile(email_kind="disposable")
    told = [engaged_by("outbound", NOON + timedelta(days=n), n, profile=disposable) for n in range(3)]
    assert points(*told) == [
        ("disposable_address", -30, -30),
        ("disposable_address", -30, -30),
        ("disposable_address", -30, 0),
    ]
    assert score(told, BEGINNING, DEFAULT).engagement == -60


# -- the line --------------------------------------------------------------------------------------------------------


def reaching_fifty(profile: Profile) -> list[RecordEngagement]:
    form = engaged_by("contact_form", NOON, 1, profile=profile)
    return [form, engaged_by("gated_content", NOON, 2, profile=profile)]


def test_above_the_line_is_who_engaged_and_fits() -> None:
    assert score(reaching_fifty(Profile()), BEGINNING, DEFAULT).above
    assert not score(reaching_fifty(Profile())[:1], BEGINNING, DEFAULT).above
    assert not score(reaching_fifty(MISFIT), BEGINNING, DEFAULT).above


def test_unknown_fit_counts_as_c() -> None:
    stricter = DEFAULT.model_copy(update={"line": DEFAULT.line.model_copy(update={"grade": Grade.B})})
    assert not score([engaged_by("demo_request", profile=Profile())], BEGINNING, stricter).above


def test_only_newer_engagement_counts_towards_the_next_crossing_but_all_of_it_is_shown() -> None:
    result = score(reaching_fifty(Profile()), NOON, DEFAULT)
    assert (result.engagement, result.towards_next, result.above) == (50, 0, False)


# -- in any order ----------------------------------------------------------------------------------------------------

sources = st.sampled_from(["newsletter", "gated_content", "webinar", "demo_request", "contact_form", "other", "import"])
profiles = st.builds(
    Profile,
    role=st.sampled_from([None, "executive", "individual"]),
    employees=st.sampled_from([None, 3, 60, 500]),
    email_kind=st.sampled_from(["business", "disposable"]),
    domain=st.sampled_from([None, "acme.com", "acme.de"]),
)
details = st.builds(Details, attended=st.none() | st.booleans(), asset_type=st.sampled_from([None, "case_study"]))
captures = st.lists(st.tuples(sources, st.integers(0, 5), profiles, details), min_size=1, max_size=12).map(
    lambda drawn: [
        engaged_by(source, NOON + timedelta(days=day), number, profile=profile, details=detail)
        for number, (source, day, profile, detail) in enumerate(drawn)
    ]
)


def standing_after(told: list[RecordEngagement]) -> tuple[Grade | None, Decimal, str | None, bool]:
    state = DECIDER.initial
    for number, engagement in enumerate(told):
        at = NOON + timedelta(days=10, minutes=number)
        for event in DECIDER.decided(state, engagement, at, {"models": MODEL.initial}):
            state = DECIDER.evolve(state, event, at)
    assert isinstance(state, Lead)
    return state.standing.grade, state.standing.score, state.standing.domain, state.above


@settings(max_examples=150, deadline=None)
@given_any(captures.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_a_score_does_not_depend_on_the_order_in_which_things_were_told(
    told: tuple[list[RecordEngagement], list[RecordEngagement]],
) -> None:
    one, other = told
    assert score(one, NOON, DEFAULT) == score(other, NOON, DEFAULT)
    assert standing_after(one) == standing_after(other)


@settings(max_examples=150, deadline=None)
@given_any(captures)
def test_the_contributions_add_up_to_the_score(told: list[RecordEngagement]) -> None:
    result = score(told, BEGINNING, DEFAULT)
    assert sum(each.counted for each in result.contributions) == result.engagement == result.towards_next
    assert sum(result.given_by(each.capture_id) for each in told) == result.engagement
    assert sum(each.points for each in result.fit.criteria) == result.fit.points


# -- models that make no sense ---------------------------------------------------------------------------------------


def test_grades_must_descend() -> None:
    with pytest.raises(ValidationError, match="more than"):
        FitTable(**FIT.model_dump() | {"b": FIT.a})


def test_rules_must_be_told_apart() -> None:
    twice = Rule(rule="twice", group="g", when=When(), points=1)
    with pytest.raises(ValidationError, match="named twice"):
        ScoringModel.model_validate(DEFAULT.model_dump() | {"rules": [twice.model_dump()] * 2})


def test_a_listed_value_has_its_own_points() -> None:
    table = FIT.model_copy(update={"country": Choice(points={"DE": 30}, other=-50, unknown=0)})
    assert fit(Profile(country="DE"), table).points - fit(Profile(country="FR"), table).points == 80
