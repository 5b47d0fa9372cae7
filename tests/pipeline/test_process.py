"""The sales processes: versioned data."""

from hashlib import sha256

import pytest
from pydantic import TypeAdapter

from services.pipeline.process.commands import DefineProcess, PermittedDefinition, ProcessCommand
from services.pipeline.process.decider import DECIDER
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.events import ForecastCategory, ProcessDefined, ProcessEvent, Stage
from services.pipeline.process.state import Process, Processes
from tests.spec import Given

LOANS = DefineProcess(
    pipeline="loans",
    stages=(Stage(stage="submitted", category=ForecastCategory.PIPELINE), Stage(stage="accepted")),
    first_qualified="accepted",
)
DEFINED = ProcessDefined(version=1, **LOANS.model_dump())


def given(*facts: ProcessEvent) -> Given[ProcessCommand, Processes, ProcessEvent]:
    return Given(DECIDER, facts)


def defining(body: DefineProcess, **changes: object) -> PermittedDefinition:
    return PermittedDefinition(body=body.model_copy(update=changes), may_change_defined=True)


def test_a_pipeline_is_defined_beside_the_default_one() -> None:
    given().when(PermittedDefinition(body=LOANS)).then(DEFINED)
    assert set(given(DEFINED).state()) == {"default", "loans"}


def test_the_same_definition_again_changes_nothing() -> None:
    given(DEFINED).when(PermittedDefinition(body=LOANS)).then()


def test_another_definition_is_the_next_version() -> None:
    other = LOANS.model_copy(update={"won": "approved"})
    given(DEFINED).when(defining(other)).then(ProcessDefined(version=2, **other.model_dump()))


def test_a_defined_pipeline_is_changed_only_with_the_right_to() -> None:
    given(DEFINED).when(PermittedDefinition(body=LOANS.model_copy(update={"won": "approved"}))).denied("scope admin")
    given().when(PermittedDefinition(body=LOANS.model_copy(update={"pipeline": "default"}))).denied("scope admin")


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
    given().when(defining(LOANS, **changes)).rejected(rule)


def test_the_shipped_process_is_what_stored_events_mean_by_version_0() -> None:
    """Fields that were added since count as absent, as long as they say what was so before."""
    content = TypeAdapter(Process).dump_json(DEFAULT, exclude_defaults=True)
    assert sha256(content).hexdigest() == "5d39bcf13de4cfeaaa197f9a903f4ebe5b1bbada5200bbc9eb87fec9f96ed803"
