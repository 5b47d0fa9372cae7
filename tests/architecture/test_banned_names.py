import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, Tree, copied_to

EDGE = "shared/rules/clock_and_ids"
KAFKA = "shared/flow/log/kafka"
LINT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
BANNED = list(LINT["flake8-tidy-imports"]["banned-api"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return copied_to(tmp_path_factory.mktemp("tree"))


def planted(tree: Tree, name: str, number: int) -> str:
    module = f"services/planted/thing/banned_{number}"
    tree.plant(module, f"import {name.partition('.')[0]}\n\nused = {name}")
    return module


@pytest.mark.parametrize("name", BANNED)
def test_a_banned_name_is_found(tree: Tree, name: str) -> None:
    said = tree.ruff(planted(tree, name, BANNED.index(name)))
    assert f"TID251 `{name}` is banned" in said.stdout, said.stdout + said.stderr


def test_the_clock_and_new_ids_are_banned() -> None:
    assert {"datetime.datetime.now", "datetime.datetime.utcnow", "uuid.uuid4", "time.sleep", "aiokafka"} <= set(BANNED)


def test_one_module_alone_may_read_the_clock_and_one_knows_kafka() -> None:
    exempt = {pattern for pattern, codes in LINT["per-file-ignores"].items() if "TID251" in codes}
    assert {pattern for pattern in exempt if not pattern.startswith("tests/")} == {f"{EDGE}.py", f"{KAFKA}.py"}


def test_no_line_lifts_the_ban_for_itself() -> None:
    lifted = [str(path) for path in sources() if "noqa: TID251" in path.read_text()]
    assert lifted == []


def sources() -> list[Path]:
    return [path for name in ("shared", "services", "funnelcast") for path in (ROOT / name).rglob("*.py")]
