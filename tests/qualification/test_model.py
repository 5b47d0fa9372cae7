"""Scoring models: defined, then activated, never edited."""

from hashlib import sha256

import pytest
from pydantic import ValidationError

from services.qualification.model import commands, events
from services.qualification.model.decider import DECIDER
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.model.state import Models
from tests.spec import Given

SHIPPED_HASH = "a5290207d4574a36356a6b380175ed9282d08b1b0d8b3c4590c59b423eedca8c"
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
