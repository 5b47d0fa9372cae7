"""Linters and generators of clients, as `make clients` installs them."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".clients"
MISSING = "linters and generators of API clients are not installed: make clients (needs npm)"


def must_be_installed() -> None:
    """Skips the test without these tools, or fails it with FUNNELCAST_TEST_CLIENTS=required."""
    if (PLACE / "installed").exists():
        return
    if os.environ.get("FUNNELCAST_TEST_CLIENTS") == "required":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


def run_node(command: str, *arguments: str | Path, folder: Path) -> str:
    return run(PLACE / "node_modules" / ".bin" / command, *arguments, folder=folder)


def run_python(*arguments: str | Path, folder: Path) -> str:
    return run(PLACE / "python" / "bin" / "python", *arguments, folder=folder)


def run(program: Path, *arguments: str | Path, folder: Path) -> str:
    """Returns the program's output; fails with it when the program says that something is wrong."""
    done = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=170, env=environment()
    )
    assert done.returncode == 0, f"{program.name}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def environment() -> dict[str, str]:
    """Nothing is reported to anybody, and no update is looked for. The generator formats what it made with a program
    that lies beside it."""
    path = f"{PLACE / 'python' / 'bin'}:{os.environ['PATH']}"
    return os.environ | {
        "PATH": path,
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
        "NO_COLOR": "1",
    }
