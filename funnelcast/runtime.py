"""The life of a process that serves: its log, its port, and how it is told to stop."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
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
from shared.run import memory, process
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.settings import Settings

Apps = Mapping[str, FastAPI]


@dataclass
class Stopper:
    """Before there is a server, stopping means to give up starting; afterwards, to let it end in order. `seconds`:
    after which the kernel ends a process that does not manage to; 0: it may take its time."""

    starting: asyncio.Task[Any]
    server: process.Server | None = None
    asked: bool = False
    seconds: int = 0

    def __call__(self) -> None:
        if not self.asked:
            signal.alarm(self.seconds)
        self.asked = True
        if self.server is None:
            self.starting.cancel()
        else:
            self.server.stop()


Life = Callable[[Stopper], Coroutine[Any, Any, None]]


def run(life: Life) -> None:
    """Returns when it was told to stop and all has stopped; raises what ended it otherwise."""
    uvloop.run(stoppable(life))


async def stoppable(life: Life) -> None:
    me = asyncio.current_task()
    assert me is not None  # noqa: S101 - a coroutine of a loop runs in a task
    stopper = Stopper(me)
    with process.stop_signals(stopper):
        try:
            await life(stopper)
        except asyncio.CancelledError:
            if not stopper.asked:
                raise


@asynccontextmanager
async def log_of(settings: Settings, postgres: str) -> AsyncIterator[Log]:
    if settings.kafka:
        kafka = KafkaLog(settings.kafka)
        try:
            yield kafka
        finally:
            await kafka.close()
        return
    engine = create_async_engine(postgres, connect_args={"timeout": 5})
    try:
        yield PostgresLog(engine)
    finally:
        await engine.dispose()


def bound(host: str, port: int) -> socket.socket:
    """The port, ours from here on: who comes early waits for the first answer."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        raise Failed(f"cannot listen on {host}:{port}: {why(error)}") from None
    return listening


def why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is in use; choose another with --port"
    return strerror(error.errno) if error.errno else str(error)


async def serve(
    services: Sequence[Service],
    resources: Resources,
    stopper: Stopper,
    *,
    work: bool = True,
    welcome: Callable[[Apps, str], Coroutine[Any, Any, None]],
) -> None:
    """Until told to stop. `welcome` is called when requests are answered, with the address."""
    with bound(resources.settings.host, resources.settings.port) as listening:
        async with process.run_services(services, resources, work=work) as apps:
            server = stopper.server = process.make_server(apps, resources.settings)
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(server.serve([listening]))
                await wait_until(lambda: server.started or serving.done())
                memory.freeze_loaded_objects()
                welcoming = tasks.create_task(welcome(apps, address(listening)))
                await serving
                welcoming.cancel()


def address(listening: socket.socket) -> str:
    """As somebody on this machine reaches it."""
    host, port = listening.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"
