"""The catalogue of crash points: each names something of the product, and is tried somewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash import catalog
from tests.crash.catalog import POINTS
from tests.crash.points import Point
from tests.crash.processes import Program
from tests.crash.sweep import died_at, everywhere, in_rounds, once_each

TRIED = {
    "test_sweep": {"work", "stop", "new version", "rebuild"},
    "test_parking": {"park", "unpark", "wish"},
    "test_kills_of_deliveries": {"deliver"},
    "test_kills_of_early_deliveries": {"early"},
    "test_kills_of_commands": {"batch", "migrate", "up", "import"},
}
"""Each of these fails when a point of its scenes is never reached."""
LEAST = 20
"""Promised."""


@pytest.mark.parametrize("point", [*POINTS, catalog.BETWEEN], ids=lambda point: point.name)
def test_every_point_is_a_function_of_the_product(point: Point) -> None:
    _, _, function = point.found()
    assert callable(function)


def test_a_point_whose_function_was_renamed_is_noticed() -> None:
    with pytest.raises(AttributeError, match="gone"):
        Point("gone", "shared.store.committer:Committer.gone", "after").found()


def test_there_are_many_points_and_every_scene_is_tried() -> None:
    assert len({point.name for point in POINTS}) == len(POINTS) >= LEAST
    assert {point.scene for point in POINTS} == set().union(*TRIED.values())


def test_turns_bring_each_point_to_each_of_its_services() -> None:
    seen = {pair for turn in range(4) for pair in once_each(POINTS, turn)}
    assert seen == set(everywhere(POINTS))


def test_a_round_has_one_point_in_each_service_at_most() -> None:
    pairs = everywhere(POINTS)
    rounds = in_rounds(pairs)
    assert sum(len(one) for one in rounds) == len(pairs)
    assert len(rounds) < len(pairs) / 2


@pytest.mark.harness
async def test_a_point_that_is_never_reached_is_noticed(tmp_path: Path) -> None:
    program = Program("help", ["--help"], tmp_path)
    program.start(f"--kill-at={POINTS[0].name}")
    with pytest.raises(AssertionError, match="ended with 0"):
        await died_at(program, POINTS[0])


def test_a_process_can_be_started_with_a_point_by_hand() -> None:
    words = ["-m", "tests.crash.launch", "--kill-at", "bootstrapped:2", "--plant", "deaf", "--", "--help"]
    ran = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=50, check=False)
    assert (ran.returncode, "read models again" in ran.stdout) == (0, True), ran.stderr
