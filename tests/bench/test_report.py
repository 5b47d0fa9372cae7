import sys
from pathlib import Path

import orjson
import pytest

from tests.bench import main
from tests.bench.ground import Missing
from tests.bench.load import Failing
from tests.bench.main import MEASURES, Found, json_of
from tests.bench.report import BEGIN, END, markdown
from tests.bench.rounds import Spread
from tests.bench.sizes import TINY
from tests.bench.table import Row, at_least, at_most
from tests.funnelcast.command import run


def run_of(place: Path, date: str, *rows: Row) -> Path:
    place.write_bytes(json_of(Found({"date": date, "cpu": "a fast one"}, list(rows))))
    return place


def rate(ratio: float, void: str | None = None) -> Row:
    found = Spread(ratio * 100, ratio * 90, ratio * 110, 5)
    share = Spread(ratio, ratio - 0.1, ratio + 0.1, 5)
    return Row("P1", "posts", "requests/s", found, "echo", Spread(100, 99, 101, 5), share, None, at_least(0.8), void)


def wait(median: float) -> Row:
    return Row("P3", "time to answer", "ms", Spread(median, median, median, 5), target=at_most(50))


def test_of_several_runs_the_worst_is_reported(tmp_path: Path) -> None:
    one = run_of(tmp_path / "one", "Monday", rate(0.9), wait(60))
    two = run_of(tmp_path / "two", "Tuesday", rate(0.7), wait(40))
    page = markdown([one, two])
    assert "- date: Monday; Tuesday\n- cpu: a fast one\n" in page
    assert "| P1 | posts, requests/s | 70 (63–77) | 100 (99–101) echo | 0.7 (0.6–0.8) × |  | ≥ 0.8 × | NO |" in page
    assert "| P3 | time to answer, ms | 60 (60–60) |  |  |  | ≤ 50 | NO |" in page


def test_void_is_worse_than_slow(tmp_path: Path) -> None:
    one = run_of(tmp_path / "one", "Monday", rate(0.9, void="10 were told to be done, and 9 rows are there"))
    two = run_of(tmp_path / "two", "Tuesday", rate(0.1))
    assert "VOID" in markdown([one, two])


def test_the_figures_stand_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\nold\n{END}\n\n## Notes\n")
    figures = run_of(tmp_path / "run.json", "Monday", rate(0.9))
    result = run("bench", "--markdown", figures, "--into", page)
    assert result.returncode == 0, result.stderr
    assert "old" not in page.read_text()
    assert "| P1 |" in page.read_text()
    assert page.read_text().endswith(f"{END}\n\n## Notes\n")


def test_a_measure_that_there_is_not_is_named() -> None:
    result = run("bench", "--only", "P1,P99")
    assert result.returncode == 1
    assert f"there is no measure P99; there are {', '.join(MEASURES)}" in result.stderr


def test_the_command_outside_a_clone_names_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tests.bench", None)
    result = run("bench", "--quick")
    assert result.returncode == 1
    assert "benchmarks are run from a clone, after `make dev` there" in result.stderr


def test_the_json_says_whether_each_target_is_met() -> None:
    body = orjson.loads(json_of(Found({}, [rate(0.9), wait(60)], {"P6": "no Kafka"})))
    assert [row["passed"] for row in body["rows"]] == [True, False]
    assert body["missing"] == {"P6": "no Kafka"}


def test_an_error_leaves_what_was_measured_until_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def measured(ground: object) -> list[Row]:
        return [rate(0.9)]

    async def broken(ground: object) -> list[Row]:
        raise AssertionError("planted")

    monkeypatch.setattr(main, "MEASURES", {"P1": measured, "P2": broken})
    monkeypatch.setattr(main, "QUICK", TINY)
    with pytest.raises(AssertionError, match="planted"):
        main.run([], quick=True, long=False, rounds=None, file=tmp_path / "run.json")
    body = orjson.loads((tmp_path / "run.json").read_bytes())
    assert [row["measure"] for row in body["rows"]] == ["P1"]


@pytest.mark.parametrize(("error", "well"), [(Missing("no Kafka"), True), (Failing("429 for all"), False)])
def test_refused_measures_fail_and_missing_programs_are_named(
    error: Exception, well: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def measured(ground: object) -> list[Row]:
        return [rate(0.9)]

    async def not_measured(ground: object) -> list[Row]:
        raise error

    monkeypatch.setattr(main, "MEASURES", {"P1": measured, "P6": not_measured})
    monkeypatch.setattr(main, "QUICK", TINY)
    assert main.run([], quick=True, long=False, rounds=None, file=tmp_path / "run.json") is well
    assert orjson.loads((tmp_path / "run.json").read_bytes())["missing"] == {"P6": str(error)}
