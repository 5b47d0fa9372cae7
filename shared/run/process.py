"""One process: its services behind one port, with signal handling and an orderly stop of its own.

The stop cuts no request, and a proxy can rely on its order:

1. `/readyz` answers 503, and event streams end by `stopping`. An alarm is set: after `STOP_SECONDS` the kernel ends the
   process, as `kill -9` would. Nothing that was answered is lost by that.
2. New connections are refused; those waiting in the port's queue are accepted first (`close_port`). Requests on open
   connections are answered, with `Connection: close`, for `ACCEPT_SECONDS` or until none is open. No request is thrown
   away unread: for a refused connection, a proxy may be certain that nothing was done, and may send the request
   elsewhere, even a POST. It must not repeat a POST that it has sent: deploy/nginx.conf.
3. Requests in progress end within `DRAIN_SECONDS`, or get 503.
4. Accepted commands are committed, consumers drop their batch, and leases are released (`lifecycle.run_service`).
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Protocol

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.run import descriptors
from shared.run.idle_connections import IdleConnections, networks
from shared.run.lifecycle import run_service
from shared.run.port import close_port
from shared.run.resources import Resources
from shared.run.server_connection import ServerConnection, SharedState, check_connections, close_after_answers
from shared.run.service import Service
from shared.run.settings import Settings
from shared.run.storeless import run_storeless_service
from shared.web.errors import problems
from shared.web.service_context import ServiceContext

ACCEPT_SECONDS = 0.5
DRAIN_SECONDS = 5
STOP_SECONDS = 8
TICKS_PER_SECOND = 10
"""The ticks of uvicorn's main loop."""
SITE_PREFIXES = ("", "pages")
"""The first parts of the paths that the site answers."""


class Site(Protocol):
    """A web application for people beside the services."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    def stop(self) -> None:
        """Ends its event streams."""


class Server(uvicorn.Server):
    """Stops as described above, and checks all connections once a second."""

    def __init__(
        self, config: uvicorn.Config, streaming: Sequence[ServiceContext | Site], patience: float, shared: SharedState
    ) -> None:
        super().__init__(config)
        self.streaming, self.patience, self.shared = streaming, patience, shared
        self.server_state = shared

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_SECOND == 0:
            now = asyncio.get_running_loop().time()
            check_connections(self.server_state.connections, now, self.patience)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals alone: uvicorn would raise them again after its end, and cut the services' stop short."""
        yield

    def stop(self) -> None:
        """Event streams end first: uvicorn would wait for them in vain."""
        for each in self.streaming:
            each.stop()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.accept(self.close_ports())
        loop = asyncio.get_running_loop()
        end = loop.time() + ACCEPT_SECONDS
        while True:
            close_after_answers(self.server_state.connections)
            await asyncio.sleep(ACCEPT_SECONDS / 20)  # before the first check: new connections are not counted yet
            if not self.server_state.connections or loop.time() > end:
                break
        await super().shutdown(sockets)

    def close_ports(self) -> list[socket.socket]:
        """Closes the ports and returns the connections that were waiting. It awaits nothing: a connection that came
        between accepting and closing would be reset."""
        waiting: list[socket.socket] = []
        for server in self.servers:
            for listening in server.sockets:
                waiting += close_port(listening.fileno())
            server.close()
        return waiting

    async def accept(self, waiting: Sequence[socket.socket]) -> None:
        def protocol() -> asyncio.Protocol:
            connection = ServerConnection(self.config, self.shared, self.lifespan.state)
            connection.is_last = True
            return connection

        for each in waiting:
            with suppress(OSError):  # the client has gone
                each.setblocking(False)
                await asyncio.get_running_loop().connect_accepted_socket(protocol, each)


@contextmanager
def stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Calls `stop` at SIGTERM and SIGINT. A second signal does not cut the stop short."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def route_by_prefix(apps: Mapping[str, FastAPI], site: Site | None = None) -> ASGIApp:
    """Passes a request to the service or the site that its path begins with; the path stays as it is."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        prefix = scope["path"].split("/", 2)[1] if "/" in scope["path"] else ""
        app: ASGIApp | None = site if prefix in SITE_PREFIXES else apps.get(prefix)
        if app is not None:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            prefixes = ", ".join(f"/{name}" for name in apps)
            body = problems.problem_body(404, f"nothing here; the services are at {prefixes}")
            await problems.response(body, problems.NO_SNIFFING)(scope, receive, send)

    return dispatch


@asynccontextmanager
async def run_services(
    services: Sequence[Service], resources: Resources, *, work: bool = True
) -> AsyncIterator[Mapping[str, FastAPI]]:
    """Yields the applications by the services' names."""
    async with AsyncExitStack() as stack:
        yield {
            service.name: await stack.enter_async_context(run_any_service(service, resources, work=work))
            for service in services
        }


def run_any_service(service: Service, resources: Resources, *, work: bool) -> AbstractAsyncContextManager[FastAPI]:
    if service.has_store:
        return run_service(service, resources, work=work)
    return run_storeless_service(service, resources)


def make_server(apps: Mapping[str, FastAPI], settings: Settings, site: Site | None = None) -> Server:
    config = uvicorn.Config(
        route_by_prefix(apps, site),
        host=settings.host,
        port=settings.port,
        http=ServerConnection,
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        server_header=False,
    )
    streaming: list[ServiceContext | Site] = [app.state.context for app in apps.values()]
    return Server(config, [*streaming, *([site] if site else [])], settings.slow_client_seconds, shared_state(settings))


def shared_state(settings: Settings) -> SharedState:
    """The state that all connections share. One address may have half of the connections that the descriptors allow, or
    fewer by the settings."""
    capacity = descriptors.connections_of_clients()
    per_address = min(settings.idle_connections_per_address, capacity // 2)
    return SharedState(IdleConnections(per_address, networks(settings.trusted_proxies)), capacity)
