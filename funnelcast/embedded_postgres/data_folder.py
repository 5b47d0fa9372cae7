"""The files of one data folder, and the lock that only one process holds at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from funnelcast.embedded_postgres.errors import DataFolderInUse, PostgresFailed


@dataclass(frozen=True)
class DataFolder:
    root: Path

    @property
    def cluster(self) -> Path:
        """Postgres's own files."""
        return self.root / "postgres"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    @property
    def password(self) -> Path:
        """The file with the superuser's password; mode 600."""
        return self.root / "password"

    @property
    def log(self) -> Path:
        """The log of the present start; that of the start before has the suffix `.1`."""
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        """Holds the process id of the lock's owner."""
        return self.root / "up.lock"


@contextmanager
def locked(data: Path) -> Iterator[DataFolder]:
    """Create the folder if it is missing, and lock it. Raises `DataFolderInUse`, or `PostgresFailed` for another
    user's folder. The kernel releases the lock however its owner dies, which a pid file cannot do."""
    folder = DataFolder(data.resolve())
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_owner(folder)
    with os.fdopen(os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = lock.read().strip()
            raise DataFolderInUse(f"{folder.root} is in use by process {owner or '(just starting)'}") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield folder


def check_owner(folder: DataFolder) -> None:
    owner = folder.root.stat().st_uid
    if owner != os.geteuid():
        raise PostgresFailed(
            f"{folder.root} belongs to user id {owner}, and this process runs as {os.geteuid()}: run as its owner, "
            "or name another folder"
        )


@dataclass(frozen=True)
class PidFile:
    """`postmaster.pid`, which Postgres rewrites at any moment: every field may be empty."""

    pid: str = ""
    port: str = ""
    status: str = ""

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


def read_pid_file(folder: DataFolder) -> PidFile:
    with suppress(FileNotFoundError):
        lines = [line.strip() for line in folder.pid_file.read_text().splitlines()]
        pid, port, status = (lines[number] if number < len(lines) else "" for number in (0, 3, 7))
        return PidFile(pid, port, status)
    return PidFile()
