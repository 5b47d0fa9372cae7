"""A port that closes, and those who were about to come in by it."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress


def close_port(listening: int) -> list[socket.socket]:
    """Who waits to be accepted; from here on connections are refused. Closing alone would reset those who wait, and
    with them the requests that they have sent."""
    with socket.socket(fileno=os.dup(listening)) as port:
        port.setblocking(False)
        waiting = list(accept_waiting(port))
        with suppress(OSError):  # where a port cannot be shut down, closing it must do
            port.shutdown(socket.SHUT_RDWR)
    return waiting


def accept_waiting(port: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            yield port.accept()[0]
        except ConnectionAbortedError:  # this one has gone already
            continue
        except OSError:
            return
