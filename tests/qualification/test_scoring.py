"""Fit and engagement, apart: what is known gives a grade, what the person did gives points. Each explains itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.qualification.lead.commands import RecordEngagement
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Details, Engagement, Profile
from services.qualification.lead.state import Lead
from services.qualification.model.default import DEFAULT, FIT
from services.qualification.model.events import Choice, FitTable, Grade, Rule, ScoringModel, When
from services.qualification.model.state import Models
from services.qualification.scoring.decay import rounded
from services.qualification.scoring.engagement import Contribution, Part, contributions, parts_at
from services.qualification.scoring.fit import fit, profile_of
from services.qualification.scoring.score import Score, points_given_by
from services.qualification.scoring.score import score as score_at
from services.qualification.setting.decider import DECIDER as SETTING
from shared.rules.message import BEGINNING
from tests.qualification.leads import MISFIT, engaged_by, engagement
from tests.spec import NOON

LATER = NOON + timedelta(days=10)


def score(engagements: Sequence[Engagement], counts_after: datetime, model: ScoringModel) -> Score:
    return score_at(engagements, counts_after, model, LATER)


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
def test_known_criteria_give_a_grade(profile: Profile, grade: Grade | None) -> None:
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


def test_the_latest_value_counts_whenever_it_was_captured() -> None:
    old = engagement("newsletter", NOON, 1, profile=Profile(role="manager", country="DE"))
    new = engagement("newsletter", NOON + timedelta(days=1), 2, profile=Profile(role="director"))
    assert profile_of([new, old]) == profile_of([old, new]) == Profile(role="director", country="DE")


# -- engagement ------------------------------------------------------------------------------------------------------


def parts(engagements: Sequence[Engagement], model: ScoringModel = DEFAULT) -> Sequence[Part]:
    return parts_at(engagements, model, LATER)


def explained(engagements: Sequence[Engagement], model: ScoringModel = DEFAULT) -> Sequence[Contribution]:
    return contributions(parts(engagements, model), model.caps)


def points(*engagements: Engagement) -> list[tuple[str, int, int]]:
    return [(part.rule, part.points, int(part.counted)) for part in explained(engagements)]


def test_every_rule_that_matches_contributes() -> None:
    assert points(engagement("webinar", details=Details(attended=True))) == [
        ("webinar", 10, 10),
        ("webinar_attended", 10, 10),
    ]
    assert points(engagement("webinar", details=Details(attended=False))) == [("webinar", 10, 10)]
    assert points(engagement("gated_content", details=Details(asset_type="case_study"))) == [
        ("gated_content", 10, 10),
        ("case_study", 5, 5),
    ]
    assert points(engagement("newsletter", details=Details(double_opt_in=True))) == [
        ("newsletter", 5, 5),
        ("newsletter_confirmed", 5, 5),
    ]
    assert points(engagement("import")) == []


def test_a_group_gives_no_more_than_its_cap() -> None:
    downloads = [engagement("gated_content", NOON + timedelta(days=n), n) for n in range(6)]
    assert [counted for _, _, counted in points(*downloads)] == [10, 10, 10, 10, 0, 0]


def test_a_supplement_of_an_engagement_gives_no_points_of_its_own() -> None:
    original = engagement("contact_form", NOON, 1)
    supplement = engagement("contact_form", NOON, 2, supplements=original.capture_id)
    assert points(original, supplement) == points(original) == [("contact_form", 40, 40)]
    assert points_given_by(supplement.capture_id, parts([original, supplement]), DEFAULT.caps) == 0


def test_a_supplement_gives_the_points_of_the_rules_that_only_it_matches() -> None:
    original = engagement("webinar", NOON, 1, details=Details(attended=False))
    supplement = engagement("webinar", NOON, 2, details=Details(attended=True), supplements=original.capture_id)
    assert [rule for rule, _, _ in points(original, supplement)] == ["webinar", "webinar_attended"]


def test_a_supplement_is_no_newer_than_the_engagement_that_it_belongs_to() -> None:
    original = engagement("demo_request", NOON, 1)
    later = NOON + timedelta(seconds=30)
    supplement = engagement("demo_request", later, 2, supplements=original.capture_id)
    result = score([original, supplement], NOON + timedelta(seconds=10), DEFAULT)
    assert (int(result.towards_next), result.above) == (0, False)


def test_points_may_be_negative_and_are_capped_too() -> None:
    disposable = Profile(email_kind="disposable")
    engagements = [engagement("outbound", NOON + timedelta(days=n), n, profile=disposable) for n in range(3)]
    assert points(*engagements) == [
        ("disposable_address", -30, -30),
        ("disposable_address", -30, -30),
        ("disposable_address", -30, 0),
    ]
    assert score(engagements, BEGINNING, DEFAULT).engagement == -60


# -- the line --------------------------------------------------------------------------------------------------------


def reaching_fifty(profile: Profile) -> list[Engagement]:
    form = engagement("contact_form", NOON, 1, profile=profile)
    return [form, engagement("gated_content", NOON, 2, profile=profile)]


def test_a_rule_without_a_kind_is_for_captures_alone() -> None:
    click = engagement("webinar", kind="email_clicked")
    assert points(click) == []
    rule = Rule(rule="click", group="clicks", when=When(kind="email_clicked"), points=2)
    model = DEFAULT.model_copy(update={"rules": (*DEFAULT.rules, rule)})
    found = explained([click, engagement("other", NOON, 2)], model)
    assert [(part.rule, part.points) for part in found] == [("click", 2), ("other", 5)]


def test_an_activity_is_no_demo_request() -> None:
    assert not score([engagement("demo_request", kind="page_viewed")], BEGINNING, DEFAULT).above


def test_above_the_line_is_who_engaged_and_fits() -> None:
    assert score(reaching_fifty(Profile()), BEGINNING, DEFAULT).above
    assert not score(reaching_fifty(Profile())[:1], BEGINNING, DEFAULT).above
    assert not score(reaching_fifty(MISFIT), BEGINNING, DEFAULT).above


def test_unknown_fit_counts_as_c() -> None:
    stricter = DEFAULT.model_copy(update={"line": DEFAULT.line.model_copy(update={"grade": Grade.B})})
    assert not score([engagement("demo_request", profile=Profile())], BEGINNING, stricter).above


def test_only_newer_engagement_counts_towards_the_next_crossing_but_all_of_it_is_shown() -> None:
    result = score(reaching_fifty(Profile()), NOON, DEFAULT)
    assert (int(result.engagement), int(result.towards_next), result.above) == (50, 0, False)


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
DECAYING = DEFAULT.model_copy(
    update={
        "rules": tuple(
            rule if rule.points < 0 else rule.model_copy(update={"half_life_days": days})
            for days, rule in enumerate(DEFAULT.rules, 1)
        )
    }
)
models = st.sampled_from([DEFAULT, DECAYING])


def fields_after(captured: list[RecordEngagement], model: ScoringModel) -> tuple[Grade | None, Decimal, str | None]:
    state = DECIDER.initial
    references = {"models": Models({1: model}, 1), "settings": SETTING.initial}
    for command in captured:
        for event in DECIDER.decided(state, command, LATER, references):
            state = DECIDER.evolve(state, event, LATER)
    assert isinstance(state, Lead)
    return state.fields.grade, state.fields.score, state.fields.domain


@settings(max_examples=100, deadline=None)
@given_any(models, captures.flatmap(lambda captured: st.tuples(st.just(captured), st.permutations(captured))))
def test_a_score_does_not_depend_on_the_order_of_the_captures(
    model: ScoringModel, captured: tuple[list[RecordEngagement], list[RecordEngagement]]
) -> None:
    one, other = [[command.engagement for command in commands] for commands in captured]
    assert score(one, NOON, model) == score(other, NOON, model)
    assert fields_after(captured[0], model) == fields_after(captured[1], model)


@settings(max_examples=100, deadline=None)
@given_any(models, captures)
def test_the_contributions_add_up_to_the_score(model: ScoringModel, captured: list[RecordEngagement]) -> None:
    engagements = [command.engagement for command in captured]
    result = score(engagements, BEGINNING, model)
    counted = sum((part.counted for part in explained(engagements, model)), Decimal(0))
    assert rounded(counted) == rounded(result.engagement) == rounded(result.towards_next)
    undecayed = model.model_copy(
        update={"rules": tuple(rule.model_copy(update={"half_life_days": None}) for rule in model.rules)}
    )
    given = sum(points_given_by(each.capture_id, result.parts, model.caps) for each in engagements)
    assert given == score(engagements, BEGINNING, undecayed).engagement
    assert sum(each.points for each in result.fit.criteria) == result.fit.points


# -- models that make no sense ---------------------------------------------------------------------------------------


def test_grades_must_descend() -> None:
    with pytest.raises(ValidationError, match="more than"):
        FitTable(**FIT.model_dump() | {"b": FIT.a})


def test_rules_have_different_names() -> None:
    twice = Rule(rule="twice", group="g", when=When(), points=1)
    with pytest.raises(ValidationError, match="named twice"):
        ScoringModel.model_validate(DEFAULT.model_dump() | {"rules": [twice.model_dump()] * 2})


def test_a_listed_value_has_its_own_points() -> None:
    table = FIT.model_copy(update={"country": Choice(points={"DE": 30}, other=-50, unknown=0)})
    assert fit(Profile(country="DE"), table).points - fit(Profile(country="FR"), table).points == 80
