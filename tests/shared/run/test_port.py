import socket

import pytest

from shared.run.port import closed


def test_who_waits_is_let_in_and_nobody_after_them() -> None:
    with socket.create_server(("127.0.0.1", 0)) as port:
        address = port.getsockname()
        clients = [socket.create_connection(address) for _ in range(3)]
        for client in clients:
            client.sendall(b"a request")
        waiting = closed(port.fileno())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
    assert [each.recv(9) for each in waiting] == [b"a request"] * 3
    for each in (*waiting, *clients):
        each.close()
