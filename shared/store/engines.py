"""Connections to one service's schema: writers that cannot block others for long, readers that see one snapshot."""

import socket
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITER = {
    "idle_in_transaction_session_timeout": "2s",
    "lock_timeout": "5s",
    "default_transaction_isolation": "read committed",
}
READER = {"default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on"}
KEEPALIVE = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 2),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 5_000),
)
"""Seconds, and milliseconds: when the other machine or the network between disappears without a word, the system ends
the connection within five seconds. By default a request would wait for a quarter of an hour."""


def writer(url: str, search_path: str, *, connections: int) -> AsyncEngine:
    """A frozen holder of the append lock is disconnected after 2 s; a writer that waits longer than 5 s gives up."""
    return engine(url, search_path, connections, WRITER)


def reader(url: str, search_path: str, *, connections: int) -> AsyncEngine:
    """Every transaction reads one database snapshot: numbers and their frontier belong together."""
    return engine(url, search_path, connections, READER)


def engine(url: str, search_path: str, connections: int, options: dict[str, str]) -> AsyncEngine:
    """The last schema of the search path names the connections, so that `pg_stat_activity` tells them apart."""
    name = f"funnelcast {search_path.rpartition(',')[2]}"
    made = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        hide_parameters=True,  # an error that is logged names the statement, never a person's data
        connect_args={
            "server_settings": {**options, "search_path": search_path, "application_name": name, "jit": "off"},
            "timeout": 5,
        },
    )
    event.listen(made.sync_engine, "connect", watch)
    return made


def watch(connection: Any, record: Any) -> None:
    end = connection.driver_connection._transport.get_extra_info("socket")
    if end.family in (socket.AF_INET, socket.AF_INET6):
        for level, name, value in KEEPALIVE:
            if hasattr(socket, name):  # not every system has all of them
                end.setsockopt(level, getattr(socket, name), value)
