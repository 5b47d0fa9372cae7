"""Closing a port without losing the clients that are waiting to be accepted."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress


def close_port(fileno: int) -> list[socket.socket]:
    """Accepts the connections that are waiting, and refuses new ones from here on. Closing alone would reset the
    waiting connections, with the requests that they have sent. `fileno`: of the listening socket."""
    with socket.socket(fileno=os.dup(fileno)) as port:
        port.setblocking(False)
        waiting = list(accept_waiting(port))
        with suppress(OSError):  # on systems that cannot shut a listening socket down, closing it must do
            port.shutdown(socket.SHUT_RDWR)
    return waiting


def accept_waiting(port: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            yield port.accept()[0]
        except ConnectionAbortedError:  # the client has gone
            continue
        except OSError:
            return
