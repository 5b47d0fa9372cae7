"""The errors of the embedded Postgres."""


class PostgresFailed(Exception):
    """Postgres did not start, or ended by itself; the message quotes the end of its log."""


class PortTaken(PostgresFailed):
    """Another program bound the port after it was found free."""


class DataFolderInUse(Exception):
    """Another process holds the lock of the data folder."""
