"""The sales processes: versioned data."""

import pytest

from services.pipeline.process.decider import DECIDER, DefineProcess, Processes
from services.pipeline.process.events import ForecastCategory, ProcessDefined, ProcessEvent, Stage
from tests.spec import Given

LOANS = DefineProcess(
    pipeline="loans",
    stages=(Stage(stage="submitted", category=ForecastCategory.PIPELINE), Stage(stage="accepted")),
    first_qualified="accepted",
)
DEFINED = ProcessDefined(version=1, **LOANS.model_dump())


def given(*facts: ProcessEvent) -> Given[DefineProcess, Processes, ProcessEvent]:
    return Given(DECIDER, facts)


def test_a_pipeline_is_defined_beside_the_default_one() -> None:
    given().when(LOANS).then(DEFINED)
    assert set(given(DEFINED).state()) == {"default", "loans"}


def test_the_same_definition_again_changes_nothing() -> None:
    given(DEFINED).when(LOANS).then()


def test_another_definition_is_the_next_version() -> None:
    other = LOANS.model_copy(update={"won": "approved"})
    given(DEFINED).when(other).then(ProcessDefined(version=2, **other.model_dump()))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"first_qualified": "nowhere"}, "not among the stages"),
        ({"won": "submitted"}, "named twice"),
        ({"lost": "won"}, "named twice"),
        (
            {"stages": (Stage(stage="a", category=ForecastCategory.COMMIT), Stage(stage="accepted"))},
            "cannot have the category commit",
        ),
        ({"stages": (Stage(stage="accepted", category=ForecastCategory.CLOSED),)}, "cannot have the category closed"),
    ],
)
def test_a_process_that_makes_no_sense_is_refused(changes: dict[str, object], rule: str) -> None:
    given().when(LOANS.model_copy(update=changes)).rejected(rule)
