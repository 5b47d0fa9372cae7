import asyncio
import socket

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from shared.run.port import close_port
from shared.run.process import Server, shared_state
from shared.run.server_connection import ServerConnection
from shared.run.settings import Settings
from tests.running import eventually, started


def test_waiting_connections_are_accepted_and_new_ones_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as port:
        address = port.getsockname()
        clients = [socket.create_connection(address) for _ in range(3)]
        for client in clients:
            client.sendall(b"a request")
        waiting = close_port(port.fileno())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
    assert [each.recv(9) for each in waiting] == [b"a request"] * 3
    for each in (*waiting, *clients):
        each.close()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Besieged(Server):
    """Just before its port closes there come five who ask, and one who is gone again."""

    def close_ports(self) -> list[socket.socket]:
        address = self.servers[0].sockets[0].getsockname()
        self.clients = [socket.create_connection(address) for _ in range(5)]
        for each in self.clients:
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with socket.create_connection(address) as gone:
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return super().close_ports()


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_requests_that_came_before_the_port_closed_are_answered(run: object) -> None:
    async def stopped() -> list[bytes]:
        config = uvicorn.Config(app, port=0, http=ServerConnection, lifespan="off", log_config=None)
        server = Besieged(config, [], 10.0, shared_state(Settings()))
        serving = asyncio.ensure_future(server.serve())
        await eventually(lambda: started(server))
        server.stop()
        await serving
        heads = [each.recv(1000) for each in server.clients]
        for each in server.clients:
            each.close()
        return heads

    assert callable(run)
    for head in run(stopped()):
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert b"connection: close" in head
