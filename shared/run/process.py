"""One process: the services behind one port, our own signals, our own order of stopping.

How a process stops without cutting a request, and what a proxy in front of it may rely on:

1. `/readyz` says 503, event streams end by `stopping`. The alarm is set: after `GONE` seconds the kernel ends us, as
   `kill -9` would, which loses nothing that was answered.
2. New connections are refused; those that wait in the port's queue are let in first (`closed`). Whatever comes on open
   ones is answered, with `Connection: close`, for `GRACE` seconds or until none is open. Nobody's request is thrown
   away unread, so a proxy may take a refused connection for certain that nothing was done, and try elsewhere, also with
   a POST. It must not repeat a POST that it has sent: deploy/nginx.conf.
3. Requests in work end in `DRAIN` seconds, or get 503.
4. What was accepted is committed, consumers drop their batch, the relay gives its lease up (`running`).
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.run.connection import Connection, finish, look_at
from shared.run.port import close_port
from shared.run.service import Resources, Service, run_service
from shared.run.settings import Settings
from shared.web import problems
from shared.web.service_context import ServiceContext

ACCEPT_SECONDS = 0.5
DRAIN_SECONDS = 5
STOP_SECONDS = 8
TICKS = 10
"""Of the server's loop: a second."""


class Server(uvicorn.Server):
    """Ends SSE streams before it waits for requests to end: they would never do so by themselves. Once a second it
    cuts clients that are too slow."""

    def __init__(self, config: uvicorn.Config, services: Sequence[ServiceContext], patience: float) -> None:
        super().__init__(config)
        self.services, self.patience = services, patience

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS == 0:
            look_at(self.server_state.connections, asyncio.get_running_loop().time(), self.patience)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are not uvicorn's: it raises them again when it is done, and nothing of ours would stop in order."""
        yield

    def stop(self) -> None:
        for each in self.services:
            each.stop()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.let_in(self.close_ports())
        loop = asyncio.get_running_loop()
        end = loop.time() + ACCEPT_SECONDS
        while True:
            finish(self.server_state.connections)
            await asyncio.sleep(ACCEPT_SECONDS / 20)  # also at first: who has just been accepted is not counted yet
            if not self.server_state.connections or loop.time() > end:
                break
        await super().shutdown(sockets)

    def close_ports(self) -> list[socket.socket]:
        """Without a pause: whoever comes between the last look and the end is reset."""
        waiting: list[socket.socket] = []
        for server in self.servers:
            for listening in server.sockets:
                waiting += close_port(listening.fileno())
            server.close()
        return waiting

    async def let_in(self, waiting: Sequence[socket.socket]) -> None:
        def protocol() -> asyncio.Protocol:
            connection = Connection(self.config, self.server_state, self.lifespan.state)
            connection.last = True
            return connection

        for each in waiting:
            with suppress(OSError):  # gone already
                each.setblocking(False)
                await asyncio.get_running_loop().connect_accepted_socket(protocol, each)


@contextmanager
def stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT mean `stop`, until all has stopped: a second one cuts nothing short."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def route_by_prefix(apps: Mapping[str, FastAPI]) -> ASGIApp:
    """Each service owns a prefix; paths reach it whole."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        prefix = scope["path"].split("/", 2)[1] if "/" in scope["path"] else ""
        app = apps.get(prefix)
        if app is not None:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            known = ", ".join(f"/{name}" for name in apps)
            body = problems.problem_body(404, f"nothing here; the services are at {known}")
            await problems.response(body, problems.NO_SNIFFING)(scope, receive, send)

    return dispatch


@asynccontextmanager
async def run_services(
    services: Sequence[Service], resources: Resources, *, work: bool = True
) -> AsyncIterator[Mapping[str, FastAPI]]:
    async with AsyncExitStack() as stack:
        yield {
            service.name: await stack.enter_async_context(run_service(service, resources, work=work))
            for service in services
        }


def server(apps: Mapping[str, FastAPI], settings: Settings) -> Server:
    config = uvicorn.Config(
        route_by_prefix(apps),
        host=settings.host,
        port=settings.port,
        http=Connection,
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
    )
    return Server(config, [app.state.context for app in apps.values()], settings.slow_client_seconds)
