"""A state machine on each decider: any commands, right and wrong, in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.pipeline.opportunity.events import ChangeEvent
from tests.fuzz.commands import COMMANDS
from tests.fuzz.deciders import AnyDecider, commands_of, deciders, kinds
from tests.fuzz.effort import EFFORT
from tests.fuzz.invariants import INVARIANTS
from tests.fuzz.machine import machine

DECIDERS = deciders()
pytestmark = pytest.mark.timeout(120 + 60 * EFFORT)
RUNS = settings(
    max_examples=100 * EFFORT,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def test_no_decider_and_no_command_is_forgotten() -> None:
    assert len(kinds()) >= 7
    assert set(INVARIANTS) == set(kinds())
    assert {each for kind in kinds() for each in commands_of(kind)} == set(COMMANDS)


@pytest.mark.parametrize("kind", kinds())
def test_invariants_hold_for_any_commands_in_any_order(kind: str) -> None:
    run_state_machine_as_test(machine(DECIDERS[kind], commands_of(kind), INVARIANTS[kind]), settings=RUNS)


def run(kind: str, broken: AnyDecider) -> None:
    """Runs until the first failure, without shrinking it."""
    at_once = settings(RUNS, max_examples=500, phases=[Phase.generate], report_multiple_bugs=False)
    run_state_machine_as_test(machine(broken, commands_of(kind), INVARIANTS[kind]), settings=at_once)


OPPORTUNITY = "services.pipeline.opportunity"


def told_twice(decide: Any) -> Any:
    def broken(state: Any, command: Any, at: datetime, *looked_at: Any) -> Sequence[Any]:
        events = decide(state, command, at, *looked_at)
        return [*events, *events[-1:]]

    return broken


def forgetful(decide: Any) -> Any:
    """Does not see that things are so already."""

    def broken(state: Any, command: Any, at: datetime, *looked_at: Any) -> Sequence[Any]:
        events: Sequence[Any] = decide(state, command, at, *looked_at)
        return events or list(decide(DECIDERS[OPPORTUNITY].initial, command, at, *looked_at))

    return broken


def fresh_only(evolve: Any) -> Any:
    """Sees the values that are still at hand, not those in the vault."""

    def broken(state: Any, event: Any, at: datetime) -> Any:
        after = evolve(state, event, at)
        name = getattr(event, "name", None)
        return replace(after, entered_at=at.replace(year=1999)) if name is not None and name.ref else after

    return broken


def blind_index(evolve: Any) -> Any:
    """Does not notice that a deal is closed."""

    def broken(state: Any, event: Any, at: datetime) -> Any:
        is_lost = isinstance(event, ChangeEvent) and event.after.outcome == "lost"
        return state if is_lost else evolve(state, event, at)

    return broken


@pytest.mark.parametrize(
    "planted",
    [
        lambda right: replace(right, decide=told_twice(right.decide)),
        lambda right: replace(right, decide=forgetful(right.decide)),
        lambda right: replace(right, evolve=fresh_only(right.evolve)),
        lambda right: replace(right, evolve=blind_index(right.evolve)),
    ],
    ids=["told twice", "forgetful", "fresh only", "blind"],
)
def test_the_machine_can_fail(planted: Any) -> None:
    with pytest.raises(AssertionError):
        run(OPPORTUNITY, planted(DECIDERS[OPPORTUNITY]))
