"""Scoring models: defined, then activated, never edited."""

from services.qualification.model.decider import DECIDER, ActivateModel, DefineModel, ModelCommand, Models
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import ModelActivated, ModelDefined, ModelEvent
from tests.spec import Given

OTHER = DEFAULT.model_copy(update={"bant": ("need",)})
DEFINED = ModelDefined(version=2, model=OTHER)
ACTIVATED = ModelActivated(version=2)


def given(*facts: ModelEvent) -> Given[ModelCommand, Models, ModelEvent]:
    return Given(DECIDER, facts)


def test_the_shipped_model_is_version_one() -> None:
    assert given().state().active == 1
    assert given().state().current == DEFAULT


def test_a_new_version_stands_beside_the_old_and_is_not_active() -> None:
    given().when(DefineModel(model=OTHER)).then(DEFINED)
    assert given(DEFINED).state().current == DEFAULT
    given(DEFINED).when(DefineModel(model=DEFAULT)).then(ModelDefined(version=3, model=DEFAULT))


def test_the_same_model_again_is_no_new_version() -> None:
    given(DEFINED).when(DefineModel(model=OTHER)).then()


def test_a_version_is_activated_once() -> None:
    given(DEFINED).when(ActivateModel(version=2)).then(ACTIVATED)
    assert given(DEFINED, ACTIVATED).state().current == OTHER
    given(DEFINED, ACTIVATED).when(ActivateModel(version=2)).then()


def test_an_older_version_can_be_activated_again() -> None:
    given(DEFINED, ACTIVATED).when(ActivateModel(version=1)).then(ModelActivated(version=1))


def test_a_version_that_is_not_there_cannot_be_activated() -> None:
    given().when(ActivateModel(version=2)).missing("no version 2")
