import json
from pathlib import Path
from typing import Any

import pytest

from tests.funnelcast.command import Up, done, run


def settings(*arguments: Any, **env: str) -> dict[str, tuple[str, str]]:
    """Value and origin by name."""
    body = json.loads(run("doctor", "--json", *arguments, **env).stdout)
    return {one["setting"]: (one["value"], one["from"]) for one in body["settings"]}


def test_every_setting_says_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "funnelcast.toml").write_text('connections = 7\nhost = "::1"\n')
    found = settings("--data", tmp_path / "data", FUNNELCAST_HOST="127.0.0.2")
    assert found["data"] == (str(tmp_path / "data"), "command line")
    assert found["host"] == ("127.0.0.2", "FUNNELCAST_HOST")
    assert found["connections"] == ("7", "funnelcast.toml")
    assert found["port"] == ("8000", "default")


def test_secrets_are_masked(tmp_path: Path) -> None:
    env = {"FUNNELCAST_ADMIN_KEY": "s3cret-admin", "FUNNELCAST_BLIND_INDEX_KEY": "s3cret-" * 6}
    result = run("doctor", "--postgres", "postgresql://me:s3cret@127.0.0.1:1/db", **env)
    assert "s3cret" not in result.stdout + result.stderr
    assert "postgresql://me:***@127.0.0.1:1/db" in result.stdout


def test_a_machine_where_nothing_is_wrong(tmp_path: Path) -> None:
    said = done("doctor", "--data", tmp_path / "new")
    assert "WRONG" not in said
    assert not (tmp_path / "new").exists()


def test_too_few_descriptors_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.run.descriptors.ENOUGH", 10**9)
    result = run("doctor", "--data", tmp_path)
    assert result.returncode == 1
    assert "ulimit -Hn" in "".join(line for line in result.stdout.splitlines() if line.startswith("WRONG  descriptors"))


@pytest.mark.thorough
def test_a_system_that_runs_is_looked_at_while_it_does(system: Up) -> None:
    assert "that of this version" in done("doctor", "--data", system.data)


def test_a_problem_is_reported_and_the_exit_code_is_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = run("doctor", "--data", tmp_path / "file", "--kafka", "127.0.0.1:1")
    wrong = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert (result.returncode, wrong) == (1, ["data", "log"])


def test_a_settings_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for content in ("port = ", "colour = 1"):
        (tmp_path / "funnelcast.toml").write_text(content)
        assert run("doctor").returncode == 2


def test_a_setting_that_makes_no_sense_is_wrong_usage() -> None:
    result = run("doctor", FUNNELCAST_PORT="many")
    assert result.returncode == 2
    assert "FUNNELCAST_PORT" in result.stderr
