"""Connections to one service's schema: writers that cannot block others for long, readers that see one snapshot."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITER = {
    "idle_in_transaction_session_timeout": "2s",
    "lock_timeout": "5s",
    "default_transaction_isolation": "read committed",
}
READER = {"default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on"}


def writer(url: str, search_path: str, *, connections: int) -> AsyncEngine:
    """A frozen holder of the append lock is cut off after 2 s; whoever waits for it longer than 5 s gives up."""
    return engine(url, search_path, connections, WRITER)


def reader(url: str, search_path: str, *, connections: int) -> AsyncEngine:
    """Every transaction reads one database snapshot: numbers and their frontier belong together."""
    return engine(url, search_path, connections, READER)


def engine(url: str, search_path: str, connections: int, options: dict[str, str]) -> AsyncEngine:
    """Its connections bear the name of the last schema that they look at: so it is seen which are in use."""
    name = f"funnelcast {search_path.rpartition(',')[2]}"
    return create_async_engine(
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
