"""Scoring models: defined, then activated, never edited."""

import json
from hashlib import sha256

import pytest
from pydantic import ValidationError

from services.qualification.model import commands, events
from services.qualification.model.decider import DECIDER
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.model.state import Models
from services.qualification.model.warnings import warnings_of
from tests.spec import Given

SHIPPED_HASH = "a5290207d4574a36356a6b380175ed9282d08b1b0d8b3c4590c59b423eedca8c"
FIT = DEFAULT.fit.model_dump(mode="json")
OTHER = DEFAULT.model_copy(update={"bant": ("need",)})
DEFINED = events.ModelDefined(version=2, model=OTHER)
ACTIVATED = events.ModelActivated(version=2)


def given(*history: events.ModelEvent) -> Given[commands.ModelCommand, Models, events.ModelEvent]:
    return Given(DECIDER, history)


def test_the_shipped_model_never_changes() -> None:
    """Stored scores are explained by it. Fields that are added to models have defaults, which are left out here."""
    written = DEFAULT.model_dump_json(exclude_unset=True)
    assert sha256(written.encode()).hexdigest() == SHIPPED_HASH


def test_the_shipped_model_is_version_one() -> None:
    assert given().state().active == 1
    assert given().state().current == DEFAULT


def test_a_new_version_stands_beside_the_old_and_is_not_active() -> None:
    given().when(commands.DefineModel(model=OTHER)).then(DEFINED)
    assert given(DEFINED).state().current == DEFAULT
    given(DEFINED).when(commands.DefineModel(model=DEFAULT)).then(events.ModelDefined(version=3, model=DEFAULT))


def test_the_same_model_again_is_no_new_version() -> None:
    given(DEFINED).when(commands.DefineModel(model=OTHER)).then()


def test_a_version_is_activated_once() -> None:
    given(DEFINED).when(commands.ActivateModel(version=2)).then(ACTIVATED)
    assert given(DEFINED, ACTIVATED).state().current == OTHER
    given(DEFINED, ACTIVATED).when(commands.ActivateModel(version=2)).then()


def test_an_older_version_can_be_activated_again() -> None:
    given(DEFINED, ACTIVATED).when(commands.ActivateModel(version=1)).then(events.ModelActivated(version=1))


def test_a_version_that_is_not_there_cannot_be_activated() -> None:
    given().when(commands.ActivateModel(version=2)).missing("no version 2")


@pytest.mark.parametrize("half_life", [0, 3651, 1.5, "14"])
def test_a_half_life_is_a_whole_number_of_days(half_life: object) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"rule": "r", "group": "g", "when": {}, "points": 1, "half_life_days": half_life})


def test_negative_points_have_no_half_life() -> None:
    with pytest.raises(ValidationError, match="negative points do not decay"):
        Rule(rule="r", group="g", when=When(), points=-1, half_life_days=14)


def test_a_model_of_the_first_release_is_read_as_it_was() -> None:
    written = DEFAULT.model_dump(
        mode="json", exclude={"rules": {"__all__": {"half_life_days": True, "when": {"kind"}}}}
    )
    assert ScoringModel.model_validate(written) == DEFAULT
    assert not DEFAULT.decays


RULE = {"rule": "click", "group": "mail", "points": 5}
ANYWHERE = {"other": 1, "unknown": 0}


def changed(**changes: object) -> dict[str, object]:
    return DEFAULT.model_dump(mode="json") | changes


@pytest.mark.parametrize(
    ("changes", "place", "allowed"),
    [
        ({"rules": [RULE | {"when": {"kind": "emial_clicked"}}]}, "rules.0.when.kind", "email_clicked"),
        ({"rules": [RULE | {"when": {"source": "webnar"}}]}, "rules.0.when.source", "webinar"),
        ({"rules": [RULE | {"when": {"asset_type": "video"}}]}, "rules.0.when.asset_type", "case_study"),
        ({"rules": [RULE | {"when": {"email_kind": "private"}}]}, "rules.0.when.email_kind", "disposable"),
        ({"line": {"at_once": ["demo"], "engagement": 1, "grade": "C"}}, "line.at_once.0", "demo_request"),
        ({"first_touch": {"by_source": {"demo": 5}, "other": 5}}, "first_touch.by_source.demo", "demo_request"),
        ({"fit": FIT | {"role": ANYWHERE | {"points": {"cto": 5}}}}, "fit.role.points.cto", "executive"),
        ({"fit": FIT | {"country": ANYWHERE | {"points": {"XX": 5}}}}, "fit.country.points.XX", "such as DE"),
        ({"fit": FIT | {"country": ANYWHERE | {"points": {"uk": 5}}}}, "fit.country.points.uk", "letters, GB"),
    ],
)
def test_a_word_that_intake_never_says_is_refused_with_those_that_it_says(
    changes: dict[str, object], place: str, allowed: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        ScoringModel.model_validate(changed(**changes))
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])).removesuffix(".[key]") == place
    assert allowed in error["msg"]


def test_a_stored_model_keeps_words_that_are_refused_today() -> None:
    rule = RULE | {"when": {"kind": "emial_clicked", "source": "webnar"}}
    fit = FIT | {"country": ANYWHERE | {"points": {"XX": 5}}}
    written = json.dumps({"version": 2, "model": changed(rules=[rule], fit=fit)})
    stored = events.ModelDefined.from_stored(written)
    assert stored.model.rules[0].when.kind == "emial_clicked"
    assert stored.model.fit.country.points == {"XX": 5}
    assert events.ModelDefined.from_stored(stored.to_stored()) == stored


def test_caps_and_rules_without_effect_are_warned_of() -> None:
    rules = [
        RULE | {"when": {"kind": "email_clicked", "attended": True}},
        RULE | {"rule": "seen", "when": {"source": "newsletter", "asset_type": "ebook"}},
        RULE | {"rule": "both", "when": {"attended": True, "double_opt_in": True}},
        RULE | {"rule": "fine", "when": {"attended": True, "source": "webinar", "kind": "capture"}},
    ]
    model = ScoringModel.model_validate(changed(rules=rules, caps={"mail": 5, "mial": 5}))
    assert [each.detail for each in warnings_of(model)] == [
        "no rule has the group mial of a cap; the rules have mail",
        "the rule click is for no engagement: an activity has no attended",
        "the rule seen is for no engagement: it would have to be of gated_content and of newsletter",
        "the rule both is for no engagement: it would have to be of newsletter and of webinar",
    ]
    assert list(warnings_of(DEFAULT)) == []
