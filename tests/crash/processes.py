"""The command in processes of its own, started at once and killed at will.

A fork server has imported everything, so that a start costs no imports; who dies takes nobody along, and all die with
the tests."""

import ctypes
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.crash import launch
from tests.funnelcast.command import environment
from tests.running import eventually

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([launch.__name__])
DIE_WITH_PARENT = 1
LAST = 4000
"""Characters of a log that a failure shows."""


@dataclass
class Program:
    """`funnelcast` with these words, one process at a time. Each has a log of its own in `folder`."""

    name: str
    words: Sequence[str]
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    starts: int = 0
    process: ForkServerProcess | None = None

    def start(self, *how: str) -> None:
        """`how`: options of the launcher, as `--kill-at=NAME`."""
        assert not self.alive, f"{self.name} runs already"
        self.starts += 1
        given = ([*how, "--", *self.words], environment(**self.env), str(self.log))
        self.process = CONTEXT.Process(target=command, args=given, name=self.name, daemon=True)
        self.process.start()

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.{self.starts}.log"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    @property
    def code(self) -> int | None:
        """The exit code, or minus the signal that ended it."""
        return None if self.process is None else self.process.exitcode

    def signal(self, number: int) -> None:
        assert self.process is not None
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        if self.process is not None and self.alive:
            self.process.kill()
            self.process.join(10)

    async def ended(self, *, seconds: float = 30) -> int:
        async def over() -> bool:
            return not self.alive

        try:
            await eventually(over, seconds=seconds)
        except AssertionError:
            raise AssertionError(f"has not ended after {seconds} s: {self.failure_report()}") from None
        assert self.code is not None
        return self.code

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def failure_report(self) -> str:
        """The report for the message of a failure."""
        return f"{self.name}, start {self.starts}, ended with {self.code}:\n{self.output()[-LAST:]}"


def command(words: Sequence[str], env: dict[str, str], log: str) -> None:
    """Runs a command in the new process."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]  # keeps the server alive
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(file, number)
    launch.launch(words)
