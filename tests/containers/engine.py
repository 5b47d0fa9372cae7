"""A container engine that speaks Docker's language, by its own command."""

import os
import shutil
import subprocess
from collections.abc import Mapping

import pytest

REQUIRED = os.environ.get("FUNNELCAST_TEST_CONTAINERS") == "required"
NEEDED = (("docker", "version", "--format", "{{.Server.Version}}"), ("docker", "compose", "version"))


def docker(*words: str, seconds: float = 60, env: Mapping[str, str] | None = None) -> str:
    """Runs docker, and returns its stdout. Fails with its stderr."""
    ran = subprocess.run(
        ["docker", *words],  # noqa: S607 - whichever engine the machine's path leads to
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(env or {})},
        check=False,
    )
    assert ran.returncode == 0, f"docker {' '.join(words)}: exit code {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout.strip()


def missing() -> str | None:
    """The reason why Docker cannot be used; None if it can."""
    if shutil.which("docker") is None:
        return "there is no `docker` command"
    for command in NEEDED:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if ran.returncode:
            return f"`{' '.join(command[:2])}` fails: {ran.stderr.strip() or ran.stdout.strip()}"
    return None


def must_exist() -> None:
    """Else the test is skipped, or, where containers are required, fails."""
    why = missing()
    if why is None:
        return
    if REQUIRED:
        pytest.fail(f"FUNNELCAST_TEST_CONTAINERS=required, but {why}")
    pytest.skip(f"containers need Docker with its compose plugin: {why}")
