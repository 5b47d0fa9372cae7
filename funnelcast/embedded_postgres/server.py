"""A Postgres server as a child process, from its start to its end."""

import socket
from asyncio import timeout
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from funnelcast.embedded_postgres import cluster
from funnelcast.embedded_postgres.cluster import DATABASE
from funnelcast.embedded_postgres.data_folder import DataFolder, locked, read_pid_file
from funnelcast.embedded_postgres.errors import PortTaken, PostgresFailed
from funnelcast.embedded_postgres.leftovers import clear_leftovers
from funnelcast.embedded_postgres.process import failure, spawn, stop
from funnelcast.polling import wait_until

DEFAULT_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
FOR_TESTS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}
"""Settings with which a crash of the machine, not of a process, may lose everything."""
START_TIMEOUT = 300.0
"""The seconds for a start: after a crash, up to `max_wal_size` of log is replayed first."""
PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class Server:
    """A running server."""

    folder: DataFolder
    port: int
    process: Process
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database `funnelcast`."""
        return url_of(self.password, self.port)

    async def watch(self) -> NoReturn:
        """Raises `PostgresFailed` when Postgres ends: for the caller's task group."""
        await self.process.wait()
        raise failure(self.folder, f"Postgres ended with code {self.process.returncode}")


def url_of(password: str, port: int | str) -> str:
    return f"postgresql+asyncpg://postgres:{password}@127.0.0.1:{port}/{DATABASE}"


def url_of_running(data: Path) -> str | None:
    """The URL of the server that another process runs in this folder; None while there is none that is ready."""
    folder = DataFolder(data.resolve())
    pid_file = read_pid_file(folder)
    return url_of(folder.password.read_text(), pid_file.port) if pid_file.is_ready else None


@asynccontextmanager
async def embedded_postgres(data: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Server]:
    """Run Postgres in this data folder, which is made if it is missing, and stop it at the end.

    `settings` add to or replace `DEFAULT_SETTINGS`; without them, commits are durable. Raises `DataFolderInUse` when
    another process holds the folder, `PostgresFailed` when Postgres does not start. Leftovers of a killed process are
    cleared first.
    """
    options = {**DEFAULT_SETTINGS, **(settings or {})}
    with locked(data) as folder:
        await clear_leftovers(folder)
        await cluster.create_cluster(folder, durable=options.get("fsync") != "off")
        server = await start(folder, options)
        try:
            await cluster.create_database(server.port, server.password)
            yield server
        finally:
            await stop(server.process.send_signal, server.process.wait)


async def start(folder: DataFolder, options: Mapping[str, str]) -> Server:
    for _ in range(PORT_ATTEMPTS):
        with suppress(PortTaken):
            return await start_on(folder, free_port(), options)
    raise PostgresFailed(f"no free port found on 127.0.0.1 in {PORT_ATTEMPTS} attempts")


async def start_on(folder: DataFolder, port: int, options: Mapping[str, str]) -> Server:
    """Returns when the server accepts connections."""
    keep_last_log(folder)
    settings = [f"--{name}={value}" for name, value in {**options, "port": str(port)}.items()]
    process = await spawn(folder, "postgres", "-D", str(folder.cluster), *settings)
    try:
        async with timeout(START_TIMEOUT):
            await wait_until(lambda: is_ready(folder, process) or process.returncode is not None)
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


def keep_last_log(folder: DataFolder) -> None:
    with suppress(FileNotFoundError):
        folder.log.replace(folder.log.with_suffix(".log.1"))


def is_ready(folder: DataFolder, process: Process) -> bool:
    """A pid file from before a crash may say `ready` too, but names another process."""
    pid_file = read_pid_file(folder)
    return pid_file.is_ready and pid_file.pid == str(process.pid)
