"""A process that serves: its log, its port, its start and its stop."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from os import strerror
from typing import Any

import uvloop
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from funnelcast.failure import Failed
from funnelcast.polling import wait_until
from shared.flow.log import Log
from shared.flow.log.kafka import KafkaLog
from shared.flow.log.postgres import PostgresLog
from shared.run import descriptors, memory, process
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.settings import Settings

LOG_CONNECTIONS = 16
"""The connections of the log in Postgres: every consumer and relay of four services asks it at the same time."""
Apps = Mapping[str, FastAPI]
"""The applications by service."""
OpenSite = Callable[[str], AbstractAsyncContextManager[process.Site]]
"""Takes the address that this process answers at."""
OnStarted = Callable[[Apps, str], Coroutine[Any, Any, None]]
"""Takes the address, too."""


@dataclass
class Shutdown:
    """Called by a signal. Before there is a server it cancels the start, afterwards it stops the server in order.
    `seconds`: after which the kernel ends a process that has not stopped; 0 for no limit."""

    starting: asyncio.Task[Any]
    server: process.Server | None = None
    is_requested: bool = False
    seconds: int = 0

    def __call__(self) -> None:
        if not self.is_requested:
            signal.alarm(self.seconds)
        self.is_requested = True
        if self.server is None:
            self.starting.cancel()
        else:
            self.server.stop()


Program = Callable[[Shutdown], Coroutine[Any, Any, None]]


def run(program: Program) -> None:
    """Returns when a signal has stopped the program; raises the error that ended it otherwise."""
    descriptors.raise_limit()
    uvloop.run(run_until_stopped(program))


async def run_until_stopped(program: Program) -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine of a loop runs in a task
    shutdown = Shutdown(task)
    with process.stop_signals(shutdown):
        try:
            await program(shutdown)
        except asyncio.CancelledError:
            if not shutdown.is_requested:
                raise


@asynccontextmanager
async def open_log(settings: Settings, postgres: str) -> AsyncIterator[Log]:
    """Kafka when the settings name it, else the tables in this Postgres."""
    if settings.kafka:
        kafka = KafkaLog(settings.kafka)
        try:
            yield kafka
        finally:
            await kafka.close()
        return
    engine = create_async_engine(postgres, pool_size=LOG_CONNECTIONS, max_overflow=0, connect_args={"timeout": 5})
    try:
        yield PostgresLog(engine)
    finally:
        await engine.dispose()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket: an early client waits for the first answer. Raises `Failed`."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        raise Failed(f"cannot listen on {host}:{port}: {reason(error)}") from None
    return listening


def reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is in use; choose another with --port"
    return strerror(error.errno) if error.errno else str(error)


async def serve(
    services: Sequence[Service],
    resources: Resources,
    shutdown: Shutdown,
    *,
    work: bool = True,
    open_site: OpenSite | None = None,
    on_started: OnStarted,
) -> None:
    """Serve until the shutdown. `work`: also relay, project and react."""
    with bind(resources.settings.host, resources.settings.port) as listening:
        async with process.run_services(services, resources, work=work) as apps:
            await serve_apps(listening, apps, resources.settings, shutdown, open_site, on_started)


async def serve_apps(
    listening: socket.socket,
    apps: Apps,
    settings: Settings,
    shutdown: Shutdown,
    open_site: OpenSite | None,
    on_started: OnStarted,
) -> None:
    """Serve until the shutdown. `on_started` is called once requests are answered, and cancelled at the end."""
    address = local_address(listening)
    async with open_site(address) if open_site else nullcontext() as site:
        server = shutdown.server = process.make_server(apps, settings, site)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve([listening]))
            await wait_until(lambda: server.started or serving.done())
            memory.freeze_loaded_objects()
            after_start = tasks.create_task(on_started(apps, address))
            await serving
            after_start.cancel()


def local_address(listening: socket.socket) -> str:
    """The URL under which a client on this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"
