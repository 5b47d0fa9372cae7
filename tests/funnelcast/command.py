"""The command itself: what lives on in real processes, what is done at once in the test's own."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import psutil

from funnelcast.main import main

COMMAND = (sys.executable, "-c", "from funnelcast.main import main; main()")
ROOT = Path(__file__).parents[2]
ADMIN = "an-admin-key-for-tests-that-is-long-enough"
ADDRESS = re.compile(r"Funnelcast is up at (http://\S+?),?\s")


def environment(**more: str) -> dict[str, str]:
    """The environment of a user's shell, with no other options of ours than those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FUNNELCAST_")}
    return kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | more


@dataclass
class Result:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: Any, **env: str) -> Result:
    words = [str(each) for each in arguments]
    if words[0] in ("up", "serve"):
        whole = [*COMMAND, *words]
        ran = subprocess.run(whole, capture_output=True, text=True, env=environment(**env), timeout=50, check=False)
        return Result(ran.returncode, ran.stdout, ran.stderr)
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["funnelcast", *words]),
        patch.dict(os.environ, environment(**env), clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = exit_code()
    return Result(code, out.getvalue(), err.getvalue())


def exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def done(*arguments: Any, **more: Any) -> str:
    """The stdout of a command that must succeed."""
    result = run(*arguments, **more)
    assert result.returncode == 0, result.stderr
    return result.stdout


@dataclass
class Up:
    """A running system."""

    process: subprocess.Popen[str]
    data: Path
    output: str
    address: str
    key: str

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code and what it had to say on the way."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@contextmanager
def up(data: Path, *arguments: str, key: str = ADMIN, **env: str) -> Iterator[Up]:
    """A running `up`, which answers requests; it and its Postgres are killed at the end if they still live."""
    given = {"FUNNELCAST_ADMIN_KEY": key} if key else {}
    with started("up", "--data", str(data), "--port", "0", *arguments, **given, **env) as process:
        try:
            output = until(process, ADDRESS)
            address = ADDRESS.search(output)
            assert address is not None
            yield Up(process, data, output, address[1], key)
        finally:
            process.kill()
            process.communicate()
            for each in servers(data):
                with suppress(psutil.NoSuchProcess):
                    each.kill()


def started(*arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**env)
    )


def until(process: subprocess.Popen[str], wanted: re.Pattern[str]) -> str:
    """The lines of stdout up to and with the line that is wanted."""
    assert process.stdout is not None
    output = ""
    while not wanted.search(output):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        output += line
    return output


def servers(data: Path) -> list[psutil.Process]:
    """The servers of Postgres that work in this folder."""
    return [each for each in psutil.process_iter() if works_in(each, data)]


def works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(data.resolve() / "postgres")
    except psutil.Error:
        return False
